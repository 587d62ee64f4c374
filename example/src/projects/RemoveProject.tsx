import { useMutation } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import { errorMessage } from "../lib/errors";
import { removeFromStore } from "../lib/optimistic";
import type { Project } from "../lib/types";
import { useToast } from "../shell/toastContext";
import { ConfirmDialog } from "../ui/ConfirmDialog";

type RemoveProjectProps = {
  project: Project;
  onClose: () => void;
  /** Called right before the project disappears from the page. */
  onRemove: () => void;
};

/** Asks whether to delete a project, and deletes it. It disappears at once; a toast says whether it worked. */
export function RemoveProject({ project, onClose, onRemove }: RemoveProjectProps) {
  const toast = useToast();
  const remove = useMutation(api.projects.mutations.remove).withOptimisticUpdate(removeFromStore);
  const call = useCall(async () => {
    onClose();
    onRemove();
    try {
      await remove({ projectId: project._id });
      toast(`“${project.name}” has been deleted.`);
    } catch (error) {
      toast(`“${project.name}” is still there. ${errorMessage(error)}`);
    }
  });
  return (
    <ConfirmDialog
      title={`Delete “${project.name}”?`}
      confirmLabel="Delete it"
      call={call}
      onClose={onClose}
    >
      <p>Its sandbox and its whole conversation go too. This can’t be undone.</p>
    </ConfirmDialog>
  );
}
