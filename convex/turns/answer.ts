/**
 * From the agent's output to the message that the owner reads.
 *
 * The agent's standard output is its answer, line by line. A line that begins with `::reasoning::`
 * is part of its reasoning: the rest of that line, without one leading space. Reasoning lines that
 * follow each other are one part of the message, whose duration (in seconds) is the time from when
 * the first of them was seen until something else was, or the turn ended. All other lines are text;
 * the message's `content` is the text alone. Standard error is for the agent's own log.
 */
import type { Infer } from "convex/values";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { MAX_MESSAGE_LENGTH, MAX_MESSAGE_PARTS } from "../lib/limits";
import type { messageFields, messagePart } from "../messages/tables";
import type { TurnProgress } from "../projects/tables";

/** The mark of a line of reasoning. */
export const REASONING_MARK = "::reasoning::";

/** The text that stands where output was left out. */
export const TRUNCATION_NOTE = "\n[The rest of the agent's output was left out: it is too long.]";

const MAX_ANSWER_LENGTH = MAX_MESSAGE_LENGTH - TRUNCATION_NOTE.length; // reasoning included
// The last part is kept for text: once the others are there, reasoning is left out.
const MAX_REASONING_PARTS = MAX_MESSAGE_PARTS - 1;

type Part = Infer<typeof messagePart>;

/**
 * Adds output to the turn's message, which is inserted with the first of it.
 *
 * @param progress - of the turn before; its `messageId` names the message
 * @param output - lines of output, whether they are the last ones, and the time (ms since the epoch)
 * @returns the turn's progress with what is now known of its answer
 */
export async function writeAnswer(
  ctx: MutationCtx,
  projectId: Id<"projects">,
  progress: TurnProgress,
  { text, isEnd, now }: { text: string; isEnd: boolean; now: number },
): Promise<TurnProgress> {
  const message = progress.messageId && (await ctx.db.get("messages", progress.messageId));
  const before = message ? answerOf(message, progress) : EMPTY_ANSWER;
  const grown = text === "" ? before : appendOutput(before, text, now);
  const answer = isEnd ? endAnswer(grown, now) : grown;
  const { content, parts, reasoningSince, full } = answer;
  const { reasoningSince: _, ...rest } = progress;
  const state = {
    ...rest,
    ...(reasoningSince !== undefined && { reasoningSince }),
    ...(full && { full }),
  };
  if (answer === before || parts.length === 0) return state;
  if (message) {
    await ctx.db.patch("messages", message._id, { content, parts });
    return state;
  }
  const fields = { projectId, role: "assistant" as const, createdAt: now, content, parts };
  return { ...state, messageId: await ctx.db.insert("messages", fields) };
}

/** An answer as far as it has come. */
export interface Answer {
  content: string;
  parts: Part[];
  /** Ms since the epoch; present while the last part is reasoning that may go on. */
  reasoningSince?: number | undefined;
  /** Whether no more fits in. */
  full: boolean;
}

/** The answer before the first line. */
export const EMPTY_ANSWER: Answer = { content: "", parts: [], full: false };

/** The answer that a stored message holds. */
export function answerOf(
  message: Pick<Infer<typeof messageFields>, "content" | "parts">,
  state: { reasoningSince?: number | undefined; full?: boolean | undefined },
): Answer {
  const { content, parts = [] } = message;
  return { content, parts, reasoningSince: state.reasoningSince, full: state.full ?? false };
}

/** The answer with some more output (see `decode.ts`), which was seen at `now` (ms). */
export function appendOutput(answer: Answer, output: string, now: number): Answer {
  const lines = output.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return lines.reduce((before, line) => appendLine(before, line, now), answer);
}

/** The answer when nothing more will come: reasoning that is still open ends at `now` (ms). */
export function endAnswer(answer: Answer, now: number): Answer {
  const { reasoningSince: since, parts } = answer;
  const last = parts.at(-1);
  if (since === undefined || last?.type !== "reasoning") return answer;
  const ended = { ...last, text: last.text.trimEnd(), duration: (now - since) / 1000 };
  return { ...answer, parts: [...parts.slice(0, -1), ended], reasoningSince: undefined };
}

function appendLine(answer: Answer, line: string, now: number): Answer {
  if (answer.full) return answer;
  const isReasoning = line.startsWith(REASONING_MARK);
  const text = isReasoning ? line.slice(REASONING_MARK.length).replace(/^ /, "") : line;
  const room = MAX_ANSWER_LENGTH - lengthOf(answer);
  if (text.length > room) return truncate(answer, isReasoning ? "" : text.slice(0, room), now);
  return isReasoning ? appendReasoning(answer, text, now) : appendText(answer, text, now);
}

function lengthOf({ parts }: Answer): number {
  return parts.reduce((length, { text }) => length + text.length, 0);
}

function appendReasoning(answer: Answer, text: string, now: number): Answer {
  const { parts, reasoningSince } = answer;
  const last = parts.at(-1);
  if (last?.type === "reasoning" && reasoningSince !== undefined) {
    return { ...answer, parts: [...parts.slice(0, -1), { ...last, text: last.text + text }] };
  }
  if (parts.length >= MAX_REASONING_PARTS) return answer;
  return { ...answer, parts: [...parts, { type: "reasoning", text }], reasoningSince: now };
}

function appendText(open: Answer, text: string, now: number): Answer {
  // An empty line between reasoning and text is layout, not an answer.
  if (open.reasoningSince !== undefined && text.trim() === "") return open;
  const answer = endAnswer(open, now);
  const { content, parts } = answer;
  const last = parts.at(-1);
  const more: Part[] =
    last?.type === "text"
      ? [...parts.slice(0, -1), { ...last, text: last.text + text }]
      : [...parts, { type: "text", text }];
  return { ...answer, content: content + text, parts: more };
}

function truncate(answer: Answer, text: string, now: number): Answer {
  const whole = text.replace(/[\ud800-\udbff]$/, ""); // not in the middle of a character
  return { ...appendText(answer, whole + TRUNCATION_NOTE, now), full: true };
}
