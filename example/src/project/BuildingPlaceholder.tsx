import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";

type BuildingPlaceholderProps = { projectId: Id<"projects">; onShow: () => void };

/** Shown while the agent works; from its second turn on, with a button to see the app as it is. */
export function BuildingPlaceholder({ projectId, onShow }: BuildingPlaceholderProps) {
  // From the second turn on, its prompt is one of the newest two messages; the first turn's prompt is the project's.
  const { results } = usePaginatedQuery(
    api.messages.queries.pageByProject,
    { projectId },
    { initialNumItems: 2 },
  );
  return (
    <EmptyState loading title="Being built">
      <p>It appears here as soon as the agent is done.</p>
      {results.some(({ role }) => role === "user") && (
        <Button variant="quiet" onClick={onShow}>
          Show what there is now
        </Button>
      )}
    </EmptyState>
  );
}
