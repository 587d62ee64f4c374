import { useQuery } from "convex/react";
import { useId, useState } from "react";
import { api } from "@backend/_generated/api";
import type { Message, Project, Turn } from "../../lib/types";
import { text } from "../../text";
import { CopyButton } from "../../ui/CopyButton";
import { Icon } from "../../ui/Icon";
import { Steps } from "./Steps";
import { summaryOf } from "./steps";
import { TurnVersion } from "./TurnVersion";

type EndedTurnProps = {
  project: Project;
  turn: Turn;
  /** What the agent said, if it said anything. */
  message: Message | undefined;
  /** Whether the app's files are those of its version. */
  isCurrent: boolean;
  onRestore: () => void;
};

/** Below an ended turn: how long it took, its steps folded, and what can be done with what it made. */
export function EndedTurn({ project, turn, message, isCurrent, onRestore }: EndedTurnProps) {
  const id = useId();
  const [isOpen, setIsOpen] = useState(false);
  const steps = useQuery(api.turns.queries.steps, isOpen ? { turnId: turn._id } : "skip");
  const summary = summaryOf(turn);
  return (
    <div className="-mt-4 max-w-prose text-sm text-muted">
      <div className="-mb-2 flex flex-wrap items-center gap-x-1">
        {turn.stepCount !== undefined && turn.stepCount > 0 ? (
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={`${id}-steps`}
            onClick={() => setIsOpen(!isOpen)}
            className="-ml-1.5 inline-flex min-h-11 items-center gap-1 rounded-lg pr-2 font-medium tabular-nums hover:text-ink"
          >
            <span
              aria-hidden="true"
              className={`transition-transform ${isOpen ? "rotate-90" : ""}`}
            >
              <Icon name="fold" />
            </span>
            {summary}
          </button>
        ) : (
          <span className="inline-flex min-h-11 items-center pr-2 tabular-nums">{summary}</span>
        )}
        {message && <CopyButton content={message.content} label={text.conversation.copyAnswer} />}
        {turn.version !== undefined && <TurnVersion {...{ project, turn, isCurrent, onRestore }} />}
      </div>
      <div id={`${id}-steps`} hidden={!isOpen} className="mt-2 border-l-2 border-line py-1 pl-4">
        {steps ? <Steps steps={steps} now={turn.endedAt ?? 0} /> : text.common.loading}
      </div>
    </div>
  );
}
