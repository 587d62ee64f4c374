import type { ReactNode } from "react";
import type { Call } from "../hooks/useCall";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Problem } from "./Problem";

type ConfirmProps = {
  title: string;
  /** What the button says: the deed itself, not "OK". */
  deed: string;
  /** What the other button says. */
  wayOut?: string;
  call: Call<[]>;
  /** Whether it can be done yet. */
  ready?: boolean;
  onClose: () => void;
  children: ReactNode;
};

/** Asks before something that can't be taken back. */
export function Confirm({
  title,
  deed,
  wayOut = "Cancel",
  call,
  ready = true,
  onClose,
  children,
}: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="mt-2 space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void call.run();
        }}
      >
        <div className="space-y-4 text-muted">{children}</div>
        {call.problem !== null && <Problem>{call.problem}</Problem>}
        <div className="flex flex-wrap justify-end gap-3">
          <Button tone="quiet" onClick={onClose}>
            {wayOut}
          </Button>
          <Button tone="danger" type="submit" busy={call.busy} disabled={!ready}>
            {deed}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
