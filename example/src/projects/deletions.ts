/** Deleting a project: it disappears at once, and is deleted a few seconds later unless somebody undoes that. */
import { useMutation } from "convex/react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";
import { shared, useShared } from "../hooks/shared";
import { errorMessage } from "../lib/errors";
import { removeFromStore } from "../lib/optimistic";
import type { Project } from "../lib/types";
import { dismissToast, loadToast, showToast } from "../shell/toasts";
import { text } from "../text";

type ProjectId = Id<"projects">;

/** For how long it can be undone. */
const UNDO_MS = 8000;

/** What deletes each project that is hidden. Replaced when it changes. */
const pending = shared<ReadonlyMap<ProjectId, () => Promise<void>>>(new Map());

/** Hides a project and offers to undo that; deletes it when the offer ends. */
export function useDeleteProject(): (project: Project) => void {
  const remove = useMutation(api.projects.mutations.remove).withOptimisticUpdate(removeFromStore);
  return ({ _id: projectId, name }) => {
    const deleteNow = async (): Promise<void> => {
      try {
        await remove({ projectId });
      } catch (error) {
        const failed = text.projects.deleteFailed(name, errorMessage(error));
        void showToast(failed, { duration: Infinity });
      }
      show(projectId);
    };
    pending.set(new Map(pending.get()).set(projectId, deleteNow));
    const end = (): void => deleteHidden(projectId);
    void loadToast().then((toast) => {
      if (pending.get().get(projectId) !== deleteNow || begun.has(projectId)) return; // deleted meanwhile
      if (toast !== null) {
        toast(text.projects.deleted(name), {
          id: projectId,
          duration: UNDO_MS,
          action: { label: text.projects.undo, onClick: () => show(projectId) },
          onAutoClose: end,
          onDismiss: end,
        });
      } else if (confirm(text.projects.confirmDelete(name))) end();
      else show(projectId);
    });
  };
}

/** Deletes what is hidden without waiting: before somebody leaves the page, or signs out. */
export function deletePending(): void {
  for (const projectId of pending.get().keys()) {
    deleteHidden(projectId);
    dismissToast(projectId);
  }
}

addEventListener("pagehide", deletePending);

/** Whether a project is hidden because it is about to be deleted. */
export function useIsDeleting(): (projectId: ProjectId) => boolean {
  const hidden = useShared(pending);
  return (projectId) => hidden.has(projectId);
}

/** At most once for each project: its mutation then runs, or it is no longer hidden. */
const begun = new Set<ProjectId>();

function deleteHidden(projectId: ProjectId): void {
  const deleteNow = pending.get().get(projectId);
  if (deleteNow === undefined || begun.has(projectId)) return;
  begun.add(projectId);
  void deleteNow();
}

function show(projectId: ProjectId): void {
  const next = new Map(pending.get());
  next.delete(projectId);
  begun.delete(projectId);
  pending.set(next);
}
