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

/** The operation that is under way. Who holds its lease, and until when, is in `leases`. */
export const operation = v.object({
  kind: operationKind,
  startedAt: v.number(), // ms since the epoch
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
  operation: v.optional(operation), // present exactly while the project has a row in `leases`
  // When `status` was last known to fit the sandbox, in ms since the epoch: earlier observations
  // change nothing. Absent until there was one, or an operation has ended.
  sandboxSeenAt: v.optional(v.number()),
  failure: v.optional(failure), // present exactly while `status` is "failed"
  // Ms since the epoch; the order of the owner's list. A creation is activity, a message, a prompt, and the end of a turn.
  lastActivityAt: v.number(),
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

/** A project as its owner reads it. */
export const publicProject = projectFields
  .omit("sandboxSeenAt", "clientProjectId")
  .extend(systemFields("projects"));

export type NewProject = Infer<typeof newProject>;
export type ProjectStatus = Infer<typeof projectStatus>;
export type OperationKind = Infer<typeof operationKind>;
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
    // The owner's list, by last activity.
    .index("by_user", ["userId", "lastActivityAt"])
    // Was this project asked for already? The client's id comes first: the other way round would
    // make `by_user` a prefix of this index.
    .index("by_client_id", ["clientProjectId", "userId"])
    // From a sandbox to its project.
    .index("by_sandbox_id", ["sandboxId"])
    // The sweep's pages: projects that work, or whose sandbox runs or rests.
    .index("by_status", ["status", "statusChangedAt"]),

  /**
   * The leases of projects, at most one each: who may write what comes of the operation that is under way. A holder that
   * finishes writes only while the row still has its token, so that a slow call and its successor can't interleave.
   * Apart from the project, as a turn renews its own every minute. Written and deleted by `store.ts`, with the project's
   * `operation`; renewed and read by `lease.ts`, and read by the sweep.
   */
  leases: defineTable({
    projectId: v.id("projects"),
    kind: operationKind,
    token: v.string(), // made by the transaction that took the lease; never leaves the backend
    expiresAt: v.number(), // ms since the epoch; from then on another operation may take it
  })
    .index("by_project", ["projectId"])
    // The sweep's: operations that were cut off.
    .index("by_expiry", ["expiresAt"]),

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
