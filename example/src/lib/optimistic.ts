/** Optimistic updates. */
import type { OptimisticLocalStore } from "convex/browser";
import { optimisticallyUpdateValueInPaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";

const { getById, pageForCurrentUser } = api.projects.queries;

/** Renames a project, in the list and on its page. */
export function renameInStore(
  store: OptimisticLocalStore,
  { projectId, name }: { projectId: Id<"projects">; name: string },
): void {
  optimisticallyUpdateValueInPaginatedQuery(store, pageForCurrentUser, {}, (project) =>
    project._id === projectId ? { ...project, name } : project,
  );
  const project = store.getQuery(getById, { projectId });
  if (project) store.setQuery(getById, { projectId }, { ...project, name });
}

/** Removes a project from the list. */
export function removeFromStore(
  store: OptimisticLocalStore,
  { projectId }: { projectId: Id<"projects"> },
): void {
  for (const { args, value } of store.getAllQueries(pageForCurrentUser)) {
    if (value === undefined) continue;
    const page = value.page.filter(({ _id }) => _id !== projectId);
    store.setQuery(pageForCurrentUser, args, { ...value, page });
  }
}
