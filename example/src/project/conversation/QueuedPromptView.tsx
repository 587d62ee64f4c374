import { useMutation } from "convex/react";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { useCall } from "../../hooks/useCall";
import { text } from "../../text";
import { ErrorAlert } from "../../ui/ErrorAlert";
import type { QueuedPrompt } from "./conversation";
import { Prompt } from "./Prompt";

type QueuedPromptViewProps = {
  queued: QueuedPrompt;
  /** Called with the text of a prompt that is gone from the conversation. */
  onWithdrawn: (content: string) => void;
};

/** A prompt in the list of those that wait for the agent, with a button to take it back. */
export function QueuedPromptView({ queued, onWithdrawn }: QueuedPromptViewProps) {
  const { turn, content, isRetry } = queued;
  const cancel = useMutation(api.turns.mutations.cancel);
  const call = useCall(async () => {
    try {
      await cancel({ turnId: turn._id });
    } catch (error) {
      if (!isQuaverError(error, "NOT_FOUND")) throw error; // withdrawn already, in another tab
    }
    if (content !== undefined && !isRetry) onWithdrawn(content);
  });
  return (
    <li className="space-y-1">
      <Prompt faint>{content ?? text.conversation.earlierPrompt}</Prompt>
      <p className="flex items-center justify-end gap-3 text-sm text-muted">
        {isRetry ? text.conversation.queuedAgain : text.conversation.queued}
        <button
          type="button"
          aria-label={text.conversation.removeFromQueue}
          disabled={call.busy}
          onClick={() => void call.run()}
          className="min-h-11 rounded-lg underline underline-offset-4 enabled:hover:text-ink"
        >
          {text.conversation.remove}
        </button>
      </p>
      {call.error !== null && <ErrorAlert onDismiss={call.dismiss}>{call.error}</ErrorAlert>}
    </li>
  );
}
