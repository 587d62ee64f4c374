import type { Pending } from "../lib/conversation";
import { Problem } from "../ui/Problem";
import { Prompt } from "./Prompt";

type PendingViewProps = { pending: Pending; onRetry: () => void; onDismiss: () => void };

/** A prompt on its way, or one that was not taken: then with the reason. */
export function PendingView({ pending, onRetry, onDismiss }: PendingViewProps) {
  const { content, problem } = pending;
  return (
    <div className="space-y-2">
      <Prompt faint>{content}</Prompt>
      {problem === undefined ? (
        <p className="text-right text-sm text-muted">Sending …</p>
      ) : (
        <Problem onRetry={onRetry} onDismiss={onDismiss}>
          {problem}
        </Problem>
      )}
    </div>
  );
}
