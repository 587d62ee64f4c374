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
const operationKind = literals("provision", "start", "stop", "archive", "generate");

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

/** The agent's present turn, for whoever polls it. */
export const generation = v.object({
  turn: v.number(), // 1 for the first prompt
  messageId: v.optional(v.id("messages")), // the assistant message being written
  commandId: v.optional(v.string()), // Daytona's id of the session command
  offset: v.number(), // characters of output already in the message
  deadline: v.number(), // ms since the epoch
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
  failure: v.optional(failure), // present exactly while `status` is "failed"
  createdAt: v.number(), // ms since the epoch
});

/** A project as its owner reads it: the lease without its token, the agent's turn left out. */
export const publicProject = projectFields.omit("operation", "generation").extend({
  operation: v.optional(operation.pick("kind", "startedAt")),
  ...systemFields("projects"),
});

/** See `projectStatus`. */
export type ProjectStatus = Infer<typeof projectStatus>;
/** See `operationKind`. */
export type OperationKind = Infer<typeof operationKind>;
/** See `publicProject`. */
export type PublicProject = Infer<typeof publicProject>;

/** For the schema. */
export const projectTables = {
  /**
   * One row per project.
   * Written by `projects/provisioning.ts` (insert, status) and `rename`. Read by its owner alone.
   * Deleted by `remove`, and when its owner is deleted; its messages and its sandbox follow
   * (`projects/removal.ts`).
   */
  projects: defineTable(projectFields)
    // The owner's list, newest first, and the count for the plan's limit.
    .index("by_user", ["userId"])
    // From a sandbox to its project.
    .index("by_sandbox_id", ["sandboxId"])
    // Projects that have been in a working state for too long, oldest first.
    .index("by_status", ["status", "statusChangedAt"]),
};
