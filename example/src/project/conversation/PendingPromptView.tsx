import type { PendingPrompt } from "../../lib/pendingPrompts";
import { text } from "../../text";
import { ErrorAlert } from "../../ui/ErrorAlert";
import { Prompt } from "./Prompt";

type PendingPromptViewProps = {
  pending: PendingPrompt;
  onRetry: () => void;
  onDismiss: () => void;
};

/** A prompt that is being sent, or was refused: then with the reason. */
export function PendingPromptView({ pending, onRetry, onDismiss }: PendingPromptViewProps) {
  const { content, error } = pending;
  return (
    <div className="space-y-2">
      <Prompt faint>{content}</Prompt>
      {error === undefined ? (
        <p className="text-right text-sm text-muted">{text.conversation.sending}</p>
      ) : (
        <ErrorAlert onRetry={onRetry} onDismiss={onDismiss}>
          {error}
        </ErrorAlert>
      )}
    </div>
  );
}
