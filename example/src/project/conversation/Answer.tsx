import type { Message, Turn } from "../../lib/types";
import { Reasoning } from "./Reasoning";
import { useTurnOutput } from "../turn/useTurnOutput";

type AnswerProps = {
  /** The turn that it is of, if that is known. */
  turn: Turn | undefined;
  /** Absent while the agent is writing it. */
  message: Message | undefined;
};

/** The agent's text and reasoning in their order: as they come, and from the end of the turn on those of its message. */
export function Answer({ turn, message }: AnswerProps) {
  const isRunning = turn?.status === "running";
  const output = useTurnOutput(isRunning ? turn._id : null);
  const parts = message ? partsOf(message) : output;
  if (parts.length === 0) return null;
  return (
    <div className="max-w-prose space-y-3">
      <span className="sr-only">The agent: </span>
      {parts.map((part, index) =>
        part.type === "reasoning" ? (
          <Reasoning key={index} part={part} thinking={isRunning && index === parts.length - 1} />
        ) : (
          <p key={index} className="leading-relaxed wrap-anywhere whitespace-pre-wrap">
            {part.text.trim()}
          </p>
        ),
      )}
    </div>
  );
}

function partsOf({ parts, content }: Message): NonNullable<Message["parts"]> {
  return parts ?? [{ type: "text", text: content }];
}
