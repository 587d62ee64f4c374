import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../../hooks/useCall";
import type { Project, Turn } from "../../lib/types";
import { text } from "../../text";
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
      title={text.versions.restoreQuestion(turn.number)}
      confirmLabel={text.versions.restore}
      variant="main"
      call={call}
      onClose={onClose}
    >
      <p>{text.versions.restoreEffect(turn.number)}</p>
      <p>{text.versions.restoreUndo}</p>
    </ConfirmDialog>
  );
}
