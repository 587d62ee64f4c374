import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../../hooks/useCall";
import type { Project, Turn } from "../../lib/types";
import { ConfirmDialog } from "../../ui/ConfirmDialog";

type RestoreDialogProps = {
  project: Project;
  turn: Turn;
  onRestore: () => void;
  onClose: () => void;
};

/** Asks before the files become those of an earlier turn. A stopped project is started first. */
export function RestoreDialog({ project, turn, onRestore, onClose }: RestoreDialogProps) {
  const { _id: projectId, status, statusChangedAt } = project;
  const ensureRunning = useAction(api.projects.actions.ensureRunning);
  const restore = useAction(api.turns.actions.restore);
  const call = useCall(async () => {
    if (status === "stopped" || status === "archived") await ensureRunning({ projectId });
    await restore({ turnId: turn._id });
    onClose();
    onRestore();
  }, statusChangedAt);
  return (
    <ConfirmDialog
      title={`Go back to turn ${turn.number}?`}
      confirmLabel="Restore"
      variant="main"
      call={call}
      onClose={onClose}
    >
      <p>The app’s files will be as they were after turn {turn.number}.</p>
      <p>
        Nothing is lost: the files of now are kept as a version too, and you can go back to them in
        the same way. The conversation stays as it is.
      </p>
    </ConfirmDialog>
  );
}
