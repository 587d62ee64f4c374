import { text } from "../../text";
import { Icon } from "../../ui/Icon";

type ReasoningProps = {
  /** `duration` is in seconds. */
  part: { text: string; duration?: number };
  thinking: boolean;
};

/** The agent's reasoning, collapsed. */
export function Reasoning({ part, thinking }: ReasoningProps) {
  return (
    <details className="group text-sm text-muted">
      <summary
        className={`-ml-1.5 inline-flex min-h-11 items-center gap-1 rounded-lg pr-2 font-medium hover:text-ink ${thinking ? "animate-breathe" : ""}`}
      >
        <span aria-hidden="true" className="transition-transform group-open:rotate-90">
          <Icon name="fold" />
        </span>
        {thinking ? text.conversation.thinking : thoughtFor(part.duration)}
      </summary>
      <p className="border-l-2 border-line pl-4 leading-relaxed wrap-anywhere whitespace-pre-wrap">
        {part.text}
      </p>
    </details>
  );
}

function thoughtFor(seconds: number | undefined): string {
  if (seconds === undefined) return text.conversation.thought;
  return text.conversation.thoughtFor(Math.max(1, Math.round(seconds)));
}
