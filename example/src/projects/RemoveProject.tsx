import { useMutation } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import { explain } from "../lib/errors";
import { removed } from "../lib/optimistic";
import type { Project } from "../lib/types";
import { useNotice } from "../shell/notices";
import { Confirm } from "../ui/Confirm";

type RemoveProjectProps = {
  project: Project;
  onClose: () => void;
  /** Called when it is about to go from the page. */
  onRemove: () => void;
};

/** Asks whether to delete a project, and does. The page is done with it at once; word follows. */
export function RemoveProject({ project, onClose, onRemove }: RemoveProjectProps) {
  const notice = useNotice();
  const remove = useMutation(api.projects.mutations.remove).withOptimisticUpdate(removed);
  const call = useCall(async () => {
    onClose();
    onRemove();
    try {
      await remove({ projectId: project._id });
      notice(`“${project.name}” has been deleted.`);
    } catch (error) {
      notice(`“${project.name}” is still there. ${explain(error)}`);
    }
  });
  return (
    <Confirm title={`Delete “${project.name}”?`} deed="Delete it" call={call} onClose={onClose}>
      <p>Its sandbox and its whole conversation go too. This can’t be undone.</p>
    </Confirm>
  );
}
