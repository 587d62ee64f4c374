import type { Project, Turn } from "../../lib/types";
import { text } from "../../text";
import { EndedTurn } from "../turn/EndedTurn";
import { RunningTurn } from "../turn/RunningTurn";
import { TurnEnd } from "../turn/TurnEnd";
import { Answer } from "./Answer";
import { isCurrent, type Entry } from "./conversation";
import { SentPrompt } from "./Prompt";

type EntryViewProps = {
  project: Project;
  /** The newest first. */
  turns: readonly Turn[];
  entry: Entry;
  /** Called when the entry has started a turn, which stands at the end. */
  onTurnStart: () => void;
  /** Called with the prompt from which another is to be written. */
  onEdit: (content: string) => void;
};

/** One entry of the conversation. */
export function EntryView({ project, turns, entry, onTurnStart, onEdit }: EntryViewProps) {
  switch (entry.kind) {
    case "prompt":
      return <SentPrompt content={entry.content} onEdit={() => onEdit(entry.content)} />;
    case "again":
      return (
        <p className="line-clamp-2 text-right text-sm wrap-anywhere text-muted">
          {text.conversation.triedAgain(entry.content ?? text.conversation.earlierPrompt)}
        </p>
      );
    case "restore":
      return (
        <p className="flex items-center gap-3 text-sm text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
          {restoreText(entry.turn, entry.number)}
        </p>
      );
    case "answer":
      return <Answer turn={entry.turn} message={entry.message} />;
    case "work": {
      const { turn, message } = entry;
      if (turn.status === "running") return <RunningTurn turn={turn} />;
      return (
        <EndedTurn
          {...{ project, turn, message }}
          isCurrent={isCurrent(turn, turns)}
          onRestore={onTurnStart}
        />
      );
    }
    case "end": {
      const isRetried = turns.some(({ retryOf }) => retryOf === entry.turn._id);
      return <TurnEnd {...{ project, isRetried }} turn={entry.turn} onRetry={onTurnStart} />;
    }
  }
}

/** One that was stopped, or has failed, says so below. */
function restoreText({ status }: Turn, number: number | undefined): string {
  const { restored, restoredEarlier, restoring, restoringEarlier } = text.versions;
  if (number === undefined) return status === "done" ? restoredEarlier : restoringEarlier;
  return status === "done" ? restored(number) : restoring(number);
}
