import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";

type BuildingPlaceholderProps = { isFirst: boolean; onShow: () => void };

/** Shown while the agent works; from its second turn on, with a button to see the app as it is. */
export function BuildingPlaceholder({ isFirst, onShow }: BuildingPlaceholderProps) {
  return (
    <EmptyState loading title="Being built">
      <p>It appears here as soon as the agent is done.</p>
      {!isFirst && (
        <Button variant="quiet" onClick={onShow}>
          Show what there is now
        </Button>
      )}
    </EmptyState>
  );
}
