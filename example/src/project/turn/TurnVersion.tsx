import { lazy, useState } from "react";
import type { Project, Turn } from "../../lib/types";
import { text } from "../../text";
import { IconButton } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { LazyPart } from "../../ui/LazyPart";
import { RestoreDialog } from "./RestoreDialog";

const TurnChanges = lazy(() => import("../../changes/TurnChanges"));

type TurnVersionProps = {
  project: Project;
  turn: Turn;
  /** Whether the app's files are those of this version. */
  isCurrent: boolean;
  onRestore: () => void;
};

const ACTION =
  "min-h-11 rounded-lg px-2 underline underline-offset-4 enabled:hover:text-ink disabled:opacity-55";

/** The version that a turn made: what it changed, and the way back to it. */
export function TurnVersion({ project, turn, isCurrent, onRestore }: TurnVersionProps) {
  const [open, setOpen] = useState<"changes" | "restore" | null>(null);
  const close = (): void => setOpen(null);
  const canRestore = ["ready", "stopped", "archived"].includes(project.status);
  return (
    <>
      <button
        type="button"
        aria-label={text.versions.changesIn(turn.number)}
        className={ACTION}
        onClick={() => setOpen("changes")}
      >
        {text.versions.changes}
      </button>
      {!isCurrent && (
        <button
          type="button"
          aria-label={text.versions.restoreVersion(turn.number)}
          className={ACTION}
          disabled={!canRestore}
          onClick={() => setOpen("restore")}
        >
          {text.versions.restore}
        </button>
      )}
      {open === "changes" && (
        <Dialog title={text.versions.changesIn(turn.number)} size="large" onClose={close}>
          <IconButton
            icon="close"
            label={text.common.close}
            onClick={close}
            className="absolute top-3.5 right-3.5"
          />
          <LazyPart>
            <TurnChanges project={project} turn={turn} />
          </LazyPart>
        </Dialog>
      )}
      {open === "restore" && <RestoreDialog {...{ project, turn, onRestore }} onClose={close} />}
    </>
  );
}
