import type { Message } from "../lib/types";
import { Prompt } from "./Prompt";
import { Reasoning } from "./Reasoning";

type MessageViewProps = {
  message: Message;
  /** Whether the agent is still writing it. */
  growing: boolean;
};

/** A message of the user's, or the agent's text and reasoning in their order. */
export function MessageView({ message, growing }: MessageViewProps) {
  const { role, content, parts } = message;
  if (role === "user") return <Prompt>{content}</Prompt>;
  const shown = parts ?? [{ type: "text" as const, text: content }];
  return (
    <div className="max-w-prose space-y-3">
      <span className="sr-only">The agent: </span>
      {shown.map((part, index) =>
        part.type === "reasoning" ? (
          <Reasoning key={index} part={part} thinking={growing && index === shown.length - 1} />
        ) : (
          <p key={index} className="leading-relaxed wrap-anywhere whitespace-pre-wrap">
            {part.text.trim()}
          </p>
        ),
      )}
    </div>
  );
}
