/** The order of a conversation, from its messages and its turns, as pure functions. */
import type { Message, Turn } from "../../lib/types";

/** What stands in the conversation, one below the other. */
export type Entry =
  | { kind: "prompt"; key: string; content: string }
  /** A prompt from further up, of which the agent makes another turn. */
  | { kind: "again"; key: string; turn: Turn; content: string | undefined }
  /** A turn that brings back the files of another, which may be too far up to be loaded. */
  | { kind: "restore"; key: string; turn: Turn; number: number | undefined }
  /** The agent's: the message, or what a running turn is saying. */
  | { kind: "answer"; key: string; turn: Turn | undefined; message: Message | undefined }
  /** What the agent did in a turn, or is doing, with what it said. */
  | { kind: "work"; key: string; turn: Turn; message: Message | undefined }
  /** How a turn ended that needs a word about it. */
  | { kind: "end"; key: string; turn: Turn };

/** A prompt that waits. */
export interface QueuedPrompt {
  turn: Turn;
  /** Absent for one that is tried again, and was said too far up to be on the page. */
  content: string | undefined;
  /** It stays in the conversation when it is withdrawn: it has been tried before. */
  isRetry: boolean;
}

/** Where a turn stands among the messages, in ms since the epoch. */
export function timeOf({ startedAt, endedAt, createdAt }: Turn): number {
  return startedAt ?? endedAt ?? createdAt;
}

interface Loaded {
  /** Oldest first. */
  messages: readonly Message[];
  /** Oldest first. */
  turns: readonly Turn[];
  /** The project's own prompt: that of its first turn. */
  prompt: string;
  /** From where on everything is loaded, in ms since the epoch; `-Infinity` for all of it. */
  since: number;
}

/** Arranges what is loaded: the conversation, and the prompts that wait after it. */
export function arrange(loaded: Loaded): { entries: Entry[]; queued: QueuedPrompt[] } {
  const { turns, messages, since } = loaded;
  const read = (turn: Turn): ReadTurn => readTurn(turn, loaded);
  const begun = turns.filter((turn) => isShown(turn, since)).map(read);
  const queued = turns.filter(({ status }) => status === "queued").map(read);
  const elsewhere = new Set([
    ...begun.map(({ turn }) => turn.answerMessageId),
    ...queued.filter(({ isRetry }) => !isRetry).map(({ turn }) => turn.promptMessageId),
  ]);
  const isBelow = (message: Message) => (each: ReadTurn) => each.below === message._id;
  const said = messages
    .filter(({ _id }) => !elsewhere.has(_id))
    .map((message) => ({
      time: message.createdAt,
      entries: [entryOf(message), ...begun.filter(isBelow(message)).flatMap(entriesOf)],
    }));
  const others = begun
    .filter(({ below }) => below === undefined)
    .map((each) => ({ time: timeOf(each.turn), entries: entriesOf(each) }));
  const entries = [...said, ...others]
    .sort((one, other) => one.time - other.time)
    .flatMap((each) => each.entries)
    .filter((entry, index, all) => !isObvious(entry, all[index - 1]));
  return { entries, queued };
}

/** A turn with what is known of its prompt and its answer. */
interface ReadTurn extends QueuedPrompt {
  /** The message that it stands below: its prompt, if this is its first turn and it is loaded. */
  below: Message["_id"] | undefined;
  message: Message | undefined;
  /** The turn whose files it brings back, if it does and that turn is loaded. */
  restored: Turn | undefined;
}

function readTurn(turn: Turn, { messages, turns, prompt }: Loaded): ReadTurn {
  const { promptMessageId, answerMessageId, retryOf, number } = turn;
  const restored = turns.find(({ _id }) => _id === turn.restores);
  const said = messages.find(({ _id }) => _id === promptMessageId);
  const message = messages.find(({ _id }) => _id === answerMessageId);
  const read = { turn, message, restored, below: undefined };
  if (turn.restores !== undefined) return { ...read, content: undefined, isRetry: false };
  if (promptMessageId === undefined) return { ...read, content: prompt, isRetry: number > 1 };
  const isRetry = retryOf !== undefined;
  return { ...read, content: said?.content, isRetry, below: isRetry ? undefined : said?._id };
}

/** Is a turn part of what is on the page? One that runs always is. */
function isShown(turn: Turn, since: number): boolean {
  return turn.status === "running" || (turn.status !== "queued" && timeOf(turn) >= since);
}

function entryOf(message: Message): Entry {
  const { _id: key, role, content } = message;
  if (role === "user") return { kind: "prompt", key, content };
  return { kind: "answer", key, turn: undefined, message };
}

function entriesOf({ turn, content, isRetry, message, restored }: ReadTurn): Entry[] {
  const { _id: key, status } = turn;
  const isRestore = turn.restores !== undefined;
  const entries: Entry[] = [];
  if (isRestore)
    entries.push({ kind: "restore", key: `${key} restore`, turn, number: restored?.number });
  if (isRetry) entries.push({ kind: "again", key: `${key} again`, turn, content });
  if (message || status === "running") entries.push({ kind: "answer", key, turn, message });
  if (turn.startedAt !== undefined)
    entries.push({ kind: "work", key: `${key} work`, turn, message });
  const isSilent = status === "done" && turn.answerMessageId === undefined && !isRestore;
  if (isSilent || status === "failed" || status === "cancelled")
    entries.push({ kind: "end", key: `${key} end`, turn });
  return entries;
}

/**
 * Are the app's files those of a turn's version? Not if a later turn has changed them, which one that failed may have
 * done as well.
 *
 * @param turns - the newest first
 */
export function isCurrent(turn: Turn, turns: readonly Turn[]): boolean {
  const latest = turns.find(
    ({ startedAt, endedAt }) => startedAt !== undefined && endedAt !== undefined,
  );
  if (turn.version === undefined || latest?.version === undefined) return false;
  return turn.version === latest.version || turn._id === latest.restores;
}

/** Right below the turn that is tried again, it need not be said what is. */
function isObvious(entry: Entry, before: Entry | undefined): boolean {
  return entry.kind === "again" && before?.kind === "end" && entry.turn.retryOf === before.turn._id;
}
