/** The tables of turns, and the shapes that derive from them. */
import { literals, systemFields } from "convex-helpers/validators";
import { defineTable } from "convex/server";
import { v, type Infer } from "convex/values";

/** Where a turn is. */
export const turnStatus = literals(
  "queued", // another one of the project runs
  "running", // the agent is at work, and its project is `generating`
  "done", // the agent ended well
  "failed", // `failure` says why
  "cancelled", // its owner ended it while it ran
);

/** Why a turn failed, for its owner. */
export const turnFailure = v.object({
  reason: v.string(),
  retryable: v.boolean(), // whether trying again can help without anyone changing anything
  stderr: v.optional(v.string()), // the last lines that the agent wrote to its standard error, masked
});

/** What the table of turns stores. */
export const turnFields = v.object({
  projectId: v.id("projects"),
  number: v.number(), // 1 for the project's first; a prompt that is tried again is a turn of its own
  status: turnStatus,
  promptMessageId: v.optional(v.id("messages")), // whose content is the prompt; else the project's own
  answerMessageId: v.optional(v.id("messages")), // absent until it has ended, and when the agent said nothing
  failure: v.optional(turnFailure), // present exactly while `status` is "failed"
  retryOf: v.optional(v.id("turns")), // the turn that this one tries again
  restores: v.optional(v.id("turns")), // the turn whose version this one brings back; the agent does nothing in it
  version: v.optional(v.string()), // of the app's files as a turn that is done left them: a commit in the sandbox
  stepCount: v.optional(v.number()), // how many steps it has had; absent until it has ended, and without any
  createdAt: v.number(), // ms since the epoch
  startedAt: v.optional(v.number()), // ms since the epoch; absent while it is queued
  endedAt: v.optional(v.number()), // ms since the epoch; absent until it is over
});

/** A turn as its project's owner reads it. */
export const turnDoc = turnFields.extend(systemFields("turns"));

/** Where a step of a turn is. */
export const stepStatus = literals("running", "done", "failed");

/** What the table of steps stores. */
export const turnStepFields = v.object({
  turnId: v.id("turns"),
  position: v.number(), // 1 for the turn's first
  title: v.string(), // 1–200 characters, in the agent's words: "Wrote index.html"
  status: stepStatus, // "running" only while the turn runs
  startedAt: v.number(), // ms since the epoch, when it was first seen
  endedAt: v.optional(v.number()), // ms since the epoch; absent while it runs
});

/** A step of a turn as its project's owner reads it. */
export const turnStep = turnStepFields.omit("turnId");

/** A piece of an answer. Pieces of one kind that follow each other are one part of the message. */
export const outputPart = v.object({ type: literals("text", "reasoning"), text: v.string() });

/** What is known of an answer that is being written. */
export const answerState = v.object({
  chunks: v.number(), // how many have been stored
  length: v.number(), // characters that have been stored, reasoning included
  parts: v.number(), // parts of the message that they make
  last: v.optional(outputPart.fields.type), // of those parts; absent before the first
  line: v.optional(outputPart.fields.type), // what the line is that has begun and not ended; absent between lines
  full: v.boolean(), // no more fits in: the rest is left out
});

/** What the polls know of a running turn. */
export const turnRunFields = v.object({
  turnId: v.id("turns"),
  projectId: v.id("projects"),
  restores: v.optional(v.id("turns")), // as the turn has it
  sandboxId: v.string(),
  session: v.string(), // in which its command runs
  commandId: v.optional(v.string()), // by `@quaver/sandbox`; absent until the command runs
  offset: v.number(), // bytes of the agent's output that have been taken
  answer: answerState,
  deadline: v.number(), // ms since the epoch
  contactAt: v.number(), // ms since the epoch, when Daytona last answered (or the turn began), to half a minute
  outputAt: v.number(), // ms since the epoch, when there last was output (or the turn began)
  awakeAt: v.number(), // ms since the epoch, when the sandbox's idle stop was put off (or the turn began)
});

/** What a turn is to do: the prompt of a message, else that of the project, or bring back the version of another turn. */
export type TurnTask = Pick<Infer<typeof turnFields>, "promptMessageId" | "retryOf" | "restores">;
export type TurnStatus = Infer<typeof turnStatus>;
export type TurnRun = Infer<typeof turnRunFields>;
export type TurnStep = Infer<typeof turnStep>;
export type TurnFailure = Infer<typeof turnFailure>;
export type OutputPart = Infer<typeof outputPart>;
export type AnswerState = Infer<typeof answerState>;

/** For the schema. */
export const turnTables = {
  /**
   * One row per turn: a prompt, and what the agent made of it.
   * Inserted and ended by `turn.ts`; a queued one that is withdrawn is deleted (`mutations.ts`). Read by the project's
   * owner. Deleted in batches once the project is gone (`removal.ts`).
   */
  turns: defineTable(turnFields)
    // A project's turns, in order.
    .index("by_project", ["projectId", "number"])
    // Which of them made this version?
    .index("by_version", ["projectId", "version", "number"])
    // Those of its turns that wait.
    .index("by_project_status", ["projectId", "status", "number"])
    // Was this prompt sent already?
    .index("by_prompt", ["promptMessageId"])
    // Was this turn tried again already?
    .index("by_retry", ["retryOf"]),

  /**
   * The running turns, one of each project that is `generating`. Apart from `turns`, as it changes with every output.
   * Inserted and deleted by `turn.ts`, with the turn's status; written by `poll.ts`.
   */
  turnRuns: defineTable(turnRunFields).index("by_project", ["projectId"]),

  /**
   * What a running turn's agent has said so far, in the order in which it was said; never written twice.
   * Inserted by `poll.ts`, read by `output`, and when the turn ends by `turn.ts`, which writes the message. Deleted in
   * batches after that (`removal.ts`).
   */
  turnOutput: defineTable({
    turnId: v.id("turns"),
    position: v.number(), // 1 for the first
    parts: v.array(outputPart),
  }).index("by_turn", ["turnId", "position"]),

  /**
   * What a turn's agent did, step by step, in the order in which it began: at most 200 of each turn. Apart from `turns`, so
   * that a step is no reason for the lists to be read again.
   * Written by `poll.ts`, and when the turn ends by `end.ts`. Read by the project's owner. Deleted in batches once the
   * project is gone (`removal.ts`).
   */
  turnSteps: defineTable(turnStepFields).index("by_turn", ["turnId", "position"]),
};
