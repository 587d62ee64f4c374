/** The table of projects, and the shapes that derive from it. */
import { literals, systemFields } from "convex-helpers/validators";
import { defineTable } from "convex/server";
import { v, type Infer } from "convex/values";

/** Where a project is in its life; `lifecycle.ts` says which way it can go from here. */
export const projectStatus = literals(
  "creating", // the row is there, the sandbox is on its way
  "generating", // the agent is at work in the sandbox
  "ready", // the sandbox is running
  "stopped", // the sandbox is stopped, its disk kept
  "archived", // the sandbox is in object storage
  "failed", // `failure` says what happened
);

/** What can hold a project's lease. */
export const operationKind = literals(
  "provision",
  "start",
  "stop",
  "archive",
  "generate",
  "cleanup",
);

/**
 * The lease of a project: who is working on its sandbox. Whoever finishes writes only while the
 * row still holds the token it was given, so that a slow call and its successor can't interleave.
 */
export const operation = v.object({
  kind: operationKind,
  token: v.string(), // made by the transaction that took the lease; never leaves the backend
  startedAt: v.number(), // ms since the epoch
  expiresAt: v.number(), // ms since the epoch; from then on the holder counts as dead
});

/** The agent's present turn, for whoever polls it. Present exactly while `status` is "generating". */
export const generation = v.object({
  messageId: v.optional(v.id("messages")), // the assistant message; absent until there is output
  commandId: v.optional(v.string()), // of the session's command, by `@quaver/sandbox`; absent until it runs
  offset: v.number(), // bytes of the agent's output that have been taken
  deadline: v.number(), // ms since the epoch
  contactAt: v.number(), // ms since the epoch, when Daytona last answered (or the turn began)
  outputAt: v.number(), // ms since the epoch, when there last was output (or the turn began)
  awakeAt: v.number(), // ms since the epoch, when the sandbox's idle stop was put off (or the turn began)
  reasoningSince: v.optional(v.number()), // ms since the epoch; present while the agent reasons
  full: v.optional(v.boolean()), // the message holds all that it may; the rest is left out
});

/** The latest turn of the agent, whether or not it is over. */
export const turn = v.object({
  number: v.number(), // 1 for the first; a turn that is tried again has a number of its own
  promptId: v.optional(v.id("messages")), // whose content is the prompt; else the project's own
  done: v.boolean(), // false until the agent ended well or was cancelled
});

/** Why a project is `failed`, in words for its owner. */
export const failure = v.object({
  reason: v.string(),
  retryable: v.boolean(), // whether trying again can help without anyone changing anything
  at: v.number(), // ms since the epoch
});

/** What the table stores. */
export const projectFields = v.object({
  userId: v.id("users"),
  name: v.string(), // 1–100 characters, trimmed
  prompt: v.string(), // 1–20,000 characters
  // Absent until the sandbox has started: front ends take its presence for "there is something
  // to connect to".
  sandboxId: v.optional(v.string()),
  status: projectStatus,
  statusChangedAt: v.number(), // ms since the epoch
  operation: v.optional(operation),
  generation: v.optional(generation),
  turn: v.optional(turn), // absent until the agent has been asked for anything
  // As of when `status` is known to be true of the sandbox, in ms since the epoch: older news of
  // it changes nothing. Absent until there was news or an operation has ended.
  sandboxSeenAt: v.optional(v.number()),
  failure: v.optional(failure), // present exactly while `status` is "failed"
  createdAt: v.number(), // ms since the epoch
  clientProjectId: v.optional(v.string()), // up to 128 characters, made by whoever asked for it
});

/** What sweeps there are: of the projects whose sandboxes run or are about to, and of the others. */
export const sweepKind = literals("running", "stopped");

/** What a sweep goes through, one after the other (`sweepPages.ts`). */
export const sweepStep = literals(
  "generating", // turns
  "creating",
  "ready",
  "interrupted", // at rest in whatever status, under a lease that has run out
  "orphans", // sandboxes that may be no project's
  "stopped",
  "archived",
);

const projectCountFields = v.object({
  userId: v.id("users"),
  projects: v.number(), // in any status; at least 1
  running: v.number(), // of those, the ones that take up a running machine
});

/** A project as its owner reads it: the lease without its token, the bookkeeping left out. */
export const publicProject = projectFields
  .omit("operation", "generation", "turn", "sandboxSeenAt", "clientProjectId")
  .extend({
    operation: v.optional(operation.pick("kind", "startedAt")),
    ...systemFields("projects"),
  });

/** See `projectStatus`. */
export type ProjectStatus = Infer<typeof projectStatus>;
/** See `operationKind`. */
export type OperationKind = Infer<typeof operationKind>;
/** See `operation`. */
export type Operation = Infer<typeof operation>;
/** See `generation`. */
export type Generation = Infer<typeof generation>;
/** See `sweepKind`. */
export type SweepKind = Infer<typeof sweepKind>;
/** See `sweepStep`. */
export type SweepStep = Infer<typeof sweepStep>;
/** See `publicProject`. */
export type PublicProject = Infer<typeof publicProject>;

/** For the schema. */
export const projectTables = {
  /**
   * One row per project.
   * Written through `store.ts`, which counts: by `provisioning.ts` (insert, status), `operations.ts`
   * and `turns.ts` (status), `drift.ts` (what Daytona did by itself), `sweep.ts` and `orphans.ts`
   * (leases) and `rename`. Read by its owner, and by the sweep. Deleted by `remove`, and when its
   * owner is deleted; its messages and its sandbox follow (`removal.ts`).
   */
  projects: defineTable(projectFields)
    // The owner's list, newest first.
    .index("by_user", ["userId"])
    // Was this project asked for already? The client's id comes first: the other way round would
    // make `by_user` a prefix of this index.
    .index("by_client_id", ["clientProjectId", "userId"])
    // From a sandbox to its project.
    .index("by_sandbox_id", ["sandboxId"])
    // The sweep's pages: projects that work, or whose sandbox runs or rests.
    .index("by_status", ["status", "statusChangedAt"])
    // The sweep's too: operations that were cut off, whose leases have run out.
    .index("by_lease", ["operation.expiresAt"]),

  /**
   * How many projects a person has, for the plan's limit and for `currentPlan`. A row of its own,
   * because each of a person's live queries reads their row in `users`, and would run again.
   * Written by `store.ts`, in each transaction that changes the number. Deleted with the person's
   * last project: whoever is deleted leaves none.
   */
  projectCounts: defineTable(projectCountFields).index("by_user", ["userId"]),

  /**
   * The sweeps under way, at most one of each kind.
   * Written, read and deleted by `sweep.ts`: when a sweep begins, with each of its pages, and at its
   * end. One that died leaves its row, which the next sweep of the kind takes over once it has expired.
   */
  sweeps: defineTable({
    kind: sweepKind,
    token: v.string(), // whose pages may order further ones
    expiresAt: v.number(), // ms since the epoch; from then on the sweep counts as dead
  }).index("by_kind", ["kind"]),
};
