/**
 * From the agent's output to the message that the owner reads, as pure functions.
 *
 * The agent's standard output is its answer, line by line. A line that begins with `::reasoning::`
 * is part of its reasoning: the rest of that line, without one leading space. Reasoning lines that
 * follow each other are one part of the message, whose duration (in seconds) is the time from when
 * the first of them was seen until something else was, or the turn ended. A line that is a step
 * (`steps.ts`) is no part of the answer. All other lines are text; the message's `content` is the
 * text alone. Standard error is for the agent's own log.
 */
import type { Infer } from "convex/values";
import { MAX_MESSAGE_LENGTH, MAX_MESSAGE_PARTS } from "../../lib/limits";
import type { messagePart } from "../../messages/tables";
import type { AnswerState, OutputPart } from "../tables";
import { mayBecomeStep, parseStep, type StepNews } from "./steps";

/** The mark of a line of reasoning. */
export const REASONING_MARK = "::reasoning::";

/** The text that stands where output was left out. */
export const TRUNCATION_NOTE = "\n[The rest of the agent's output was left out: it is too long.]";

const MAX_ANSWER_LENGTH = MAX_MESSAGE_LENGTH - TRUNCATION_NOTE.length; // reasoning included
// The last part is kept for text: once the others are there, reasoning is left out.
const MAX_REASONING_PARTS = MAX_MESSAGE_PARTS - 1;

/** The answer before the first output. */
export const EMPTY_ANSWER: AnswerState = { chunks: 0, length: 0, parts: 0, full: false };

/** Can't it be told yet what the line is that begins like this? Then it is not to be taken. */
export function isUndecided(lineStart: string): boolean {
  if (REASONING_MARK.startsWith(lineStart) || lineStart.trim() === "") return true;
  return mayBecomeStep(lineStart);
}

/**
 * Takes some more output (see `decode.ts`) into an answer.
 *
 * @returns the answer's state after it, what of the output is to be shown, in pieces, and what it says of steps
 */
export function takeIntoAnswer(
  before: AnswerState,
  output: string,
): { state: AnswerState; parts: OutputPart[]; steps: StepNews[] } {
  const answer = new GrowingAnswer(before);
  for (const line of output.match(/[^\n]*\n|[^\n]+$/g) ?? []) answer.takeLine(line);
  const { state, parts, steps } = answer;
  if (parts.length === 0) return { state, parts, steps };
  return { state: { ...state, chunks: state.chunks + 1 }, parts, steps };
}

class GrowingAnswer {
  state: AnswerState;
  readonly parts: OutputPart[] = [];
  readonly steps: StepNews[] = [];

  constructor(before: AnswerState) {
    this.state = { ...before };
  }

  /** Takes a line, or the beginning or the rest of one. */
  takeLine(line: string): void {
    const { full, line: open } = this.state;
    if (full) return;
    const step = open === undefined ? parseStep(line) : null;
    if (step !== null) {
      this.steps.push(step);
      return;
    }
    const isMarked = open === undefined && line.startsWith(REASONING_MARK);
    const type = open ?? (isMarked ? "reasoning" : "text");
    const text = isMarked ? line.slice(REASONING_MARK.length).replace(/^ /, "") : line;
    const room = MAX_ANSWER_LENGTH - this.state.length;
    if (text.length > room) this.#truncate(type === "text" ? text.slice(0, room) : "");
    else if (this.#isShown(type, text)) this.#append(type, text);
    this.#setLine(line.endsWith("\n") ? undefined : type);
  }

  #isShown(type: OutputPart["type"], text: string): boolean {
    const { last, parts } = this.state;
    if (text === "") return false;
    if (type === "reasoning") return last === "reasoning" || parts < MAX_REASONING_PARTS;
    // An empty line between reasoning and text is layout, not an answer.
    return last !== "reasoning" || text.trim() !== "";
  }

  #append(type: OutputPart["type"], text: string): void {
    const { length, parts, last } = this.state;
    const isNew = last !== type;
    this.state = {
      ...this.state,
      length: length + text.length,
      parts: parts + (isNew ? 1 : 0),
      last: type,
    };
    const piece = this.parts.at(-1);
    if (piece?.type === type) piece.text += text;
    else this.parts.push({ type, text });
  }

  #truncate(text: string): void {
    const whole = text.replace(/[\ud800-\udbff]$/, ""); // not in the middle of a character
    this.#append("text", whole + TRUNCATION_NOTE);
    this.state = { ...this.state, full: true };
  }

  #setLine(type: OutputPart["type"] | undefined): void {
    const { line: _, ...state } = this.state;
    this.state = type === undefined ? state : { ...state, line: type };
  }
}

/** Some of an answer, and when it was seen (ms since the epoch). */
export interface Chunk {
  parts: readonly OutputPart[];
  seenAt: number;
}

type MessagePart = Infer<typeof messagePart>;

/**
 * The message that an answer makes when nothing more will come.
 *
 * @param endedAt - ms since the epoch: until then reasoning lasts that nothing follows
 * @returns null when nothing was said. `parts` are left out where they would repeat the content
 */
export function messageOf(
  chunks: readonly Chunk[],
  endedAt: number,
): { content: string; parts?: MessagePart[] } | null {
  const merged = mergePieces(chunks);
  if (merged.length === 0) return null;
  const texts = merged.filter(({ type }) => type === "text");
  const content = texts.map(({ text }) => text).join("");
  if (texts.length === merged.length) return { content };
  const parts = merged.map(({ type, text, seenAt }, index): MessagePart => {
    if (type === "text") return { type, text };
    const until = merged[index + 1]?.seenAt ?? endedAt;
    return { type, text: text.trimEnd(), duration: Math.max(0, until - seenAt) / 1000 };
  });
  return { content, parts };
}

/** The pieces of all chunks, those of one kind that follow each other as one. */
function mergePieces(chunks: readonly Chunk[]): (OutputPart & { seenAt: number })[] {
  const merged: (OutputPart & { seenAt: number })[] = [];
  for (const { parts, seenAt } of chunks) {
    for (const { type, text } of parts) {
      const last = merged.at(-1);
      if (last?.type === type) last.text += text;
      else merged.push({ type, text, seenAt });
    }
  }
  return merged;
}
