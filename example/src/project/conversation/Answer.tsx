import { useState } from "react";
import type { Message, Turn } from "../../lib/types";
import { Markdown } from "../../markdown/Markdown";
import { text } from "../../text";
import { Folded } from "../../ui/Folded";
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
  const [isWatched] = useState(isRunning); // what somebody has seen whole is not folded under their eyes
  const output = useTurnOutput(isRunning ? turn._id : null);
  const parts = message ? partsOf(message) : output;
  if (parts.length === 0) return null;
  return (
    <div className="max-w-prose min-w-0 space-y-3">
      <span className="sr-only">{text.conversation.agent} </span>
      {parts.map((part, index) =>
        part.type === "reasoning" ? (
          <Reasoning key={index} part={part} thinking={isRunning && index === parts.length - 1} />
        ) : (
          <Folded key={index} content={part.text} isOpen={isWatched}>
            {(shown) => (
              <Markdown text={shown} isGrowing={isRunning && index === parts.length - 1} />
            )}
          </Folded>
        ),
      )}
    </div>
  );
}

function partsOf({ parts, content }: Message): NonNullable<Message["parts"]> {
  return parts ?? [{ type: "text", text: content }];
}
