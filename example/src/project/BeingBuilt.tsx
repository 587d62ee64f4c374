import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import type { Id } from "@backend/_generated/dataModel";
import { Button } from "../ui/Button";
import { Empty } from "../ui/Empty";

type BeingBuiltProps = { projectId: Id<"projects">; onShow: () => void };

/** What is shown while the agent works; from its second turn on there is something to show meanwhile. */
export function BeingBuilt({ projectId, onShow }: BeingBuiltProps) {
  // The newest two of any turn but the first have its prompt among them: the first one's is the project's.
  const { results } = usePaginatedQuery(
    api.messages.queries.pageByProject,
    { projectId },
    { initialNumItems: 2 },
  );
  return (
    <Empty playing title="Being built">
      <p>It appears here as soon as the agent is done.</p>
      {results.some(({ role }) => role === "user") && (
        <Button tone="quiet" onClick={onShow}>
          Show what there is now
        </Button>
      )}
    </Empty>
  );
}
