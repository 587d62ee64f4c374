import type { ReactNode } from "react";
import type { Call } from "../hooks/useCall";
import { text } from "../text";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ErrorAlert } from "./ErrorAlert";

type ConfirmDialogProps = {
  title: string;
  /** What the button says: what it does, not "OK". */
  confirmLabel: string;
  cancelLabel?: string;
  /** `main` for what can be undone. */
  variant?: "danger" | "main";
  call: Call<[]>;
  /** Whether the button is enabled. */
  enabled?: boolean;
  onClose: () => void;
  children: ReactNode;
};

/** Asks before something that does much at once. */
export function ConfirmDialog({
  title,
  confirmLabel,
  cancelLabel = text.common.cancel,
  variant = "danger",
  call,
  enabled = true,
  onClose,
  children,
}: ConfirmDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="mt-2 space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (enabled) void call.run();
        }}
      >
        <div className="space-y-4 text-muted">{children}</div>
        {call.error !== null && <ErrorAlert>{call.error}</ErrorAlert>}
        <div className="flex flex-wrap justify-end gap-3">
          <Button variant="quiet" onClick={onClose}>
            {cancelLabel}
          </Button>
          <Button variant={variant} type="submit" busy={call.busy} disabled={!enabled}>
            {confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
