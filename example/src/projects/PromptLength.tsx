import { MAX_PROMPT_LENGTH } from "@backend/lib/limits";
import { text } from "../text";

const NEAR = 0.9 * MAX_PROMPT_LENGTH;

/** Whether a prompt is too long for the backend. */
export function isTooLong(prompt: string): boolean {
  return prompt.length > MAX_PROMPT_LENGTH;
}

/** The length of a prompt, near the limit and beyond it. */
export function PromptLength({ prompt: { length } }: { prompt: string }) {
  const over = length - MAX_PROMPT_LENGTH;
  return (
    <p role="status" className={`text-sm tabular-nums ${over > 0 ? "text-danger" : "text-muted"}`}>
      {over > 0 && text.composer.tooLong(over.toLocaleString())}
      {over <= 0 &&
        length > NEAR &&
        text.composer.length(length.toLocaleString(), MAX_PROMPT_LENGTH.toLocaleString())}
    </p>
  );
}
