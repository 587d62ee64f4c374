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
export const operationKind = literals("create", "start", "stop", "archive", "turn", "cleanup");

/**
 * The lease of a project: which operation is under way. An operation that finishes writes only while the row
 * still has its token, so that a slow call and its successor can't interleave.
 */
export const operation = v.object({
  kind: operationKind,
  token: v.string(), // made by the transaction that took the lease; never leaves the backend
  startedAt: v.number(), // ms since the epoch
  expiresAt: v.number(), // ms since the epoch; from then on another operation may take it
});

/** What the polls know of the running turn. Present exactly while `status` is "generating". */
export const turnProgress = v.object({
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
  turnProgress: v.optional(turnProgress),
  turn: v.optional(turn), // absent until the agent has been asked for anything
  // When `status` was last known to fit the sandbox, in ms since the epoch: earlier observations
  // change nothing. Absent until there was one, or an operation has ended.
  sandboxSeenAt: v.optional(v.number()),
  failure: v.optional(failure), // present exactly while `status` is "failed"
  createdAt: v.number(), // ms since the epoch
  clientProjectId: v.optional(v.string()), // up to 128 characters, made by the client
});

/** What a client sends to create a project. */
export const newProject = projectFields.pick("name", "prompt", "clientProjectId");

/** What sweeps there are: of the projects whose sandboxes run or are about to, and of the others. */
export const sweepKind = literals("running", "stopped");

/** What a sweep goes through, one after the other (`reconcile/pages.ts`). */
export const sweepStep = literals(
  "generating", // turns
  "creating",
  "ready",
  "interrupted", // at rest in any status, under a lease that has expired
  "orphans", // sandboxes that may be no project's
  "stopped",
  "archived",
);

/** A project as its owner reads it: the lease without its token, the bookkeeping left out. */
export const publicProject = projectFields
  .omit("operation", "turnProgress", "turn", "sandboxSeenAt", "clientProjectId")
  .extend({
    operation: v.optional(operation.pick("kind", "startedAt")),
    ...systemFields("projects"),
  });

export type NewProject = Infer<typeof newProject>;
export type ProjectStatus = Infer<typeof projectStatus>;
export type OperationKind = Infer<typeof operationKind>;
export type Operation = Infer<typeof operation>;
export type TurnProgress = Infer<typeof turnProgress>;
export type SweepKind = Infer<typeof sweepKind>;
export type SweepStep = Infer<typeof sweepStep>;
export type PublicProject = Infer<typeof publicProject>;

/** For the schema. */
export const projectTables = {
  /**
   * One row per project.
   * Written through `store.ts`, which counts: by `sandbox/create.ts` (insert, status), `sandbox/change.ts` and
   * `turns/` (status), `reconcile/` (leases, and what Daytona did by itself) and `rename`. Read by its owner, and by
   * the sweep. Deleted by `remove`, and when its owner is deleted; its messages and its sandbox follow
   * (`sandbox/removal.ts`).
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
    // The sweep's too: operations that were cut off, whose leases have expired.
    .index("by_lease", ["operation.expiresAt"]),

  /**
   * The sweeps under way, at most one of each kind.
   * Written, read and deleted by `reconcile/sweep.ts`: when a sweep begins, with each of its pages, and at its
   * end. One that died leaves its row, which the next sweep of the kind takes over once it has expired.
   */
  sweeps: defineTable({
    kind: sweepKind,
    token: v.string(), // whose pages may schedule further ones
    expiresAt: v.number(), // ms since the epoch; from then on the sweep counts as dead
  }).index("by_kind", ["kind"]),
};
