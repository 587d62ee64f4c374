/**
 * What a user does to a project that needs its sandbox. These run in Convex's own runtime, and
 * start Node only once a call is allowed: a refused one costs next to nothing.
 */
import { v } from "convex/values";
import { userAction } from "../lib/functions";
import { changeForOwner } from "./sandbox/change";
import { createForOwner, retryForOwner } from "./sandbox/create";
import { previewForOwner } from "./sandbox/preview";
import { preview, projectWithSandbox } from "./sandbox/results";
import { newProject } from "./tables";

const projectId = v.id("projects");

/**
 * Creates a project with its sandbox. The project is in the caller's list, as `creating`, before
 * the sandbox is asked for; this returns when it is `ready`, or `generating` if there is an agent.
 *
 * With a `clientProjectId` (1–128 characters) a sender whose answer was lost may ask again: the same
 * one from the same user is the same project, as it was first asked for, as long as that is there;
 * once it has been removed, it is a new one. Asking again counts towards no limit, and resumes
 * a creation that was cut off.
 *
 * @throws `INVALID_ARGUMENT`, `RATE_LIMITED`, `PLAN_LIMIT_REACHED` (then there is no project);
 *   `SANDBOX_UNAVAILABLE` (then there is one, `failed`, that says why: `retry` is for it);
 *   `OPERATION_IN_PROGRESS` when it was asked for before and is still being made. The last two carry
 *   its `projectId`
 */
export const create = userAction({
  args: newProject.fields,
  returns: projectWithSandbox,
  handler: (ctx, args) => createForOwner(ctx, args),
});

/**
 * Tries again after a failure: takes the project's sandbox or creates it again, and has the agent work
 * on the prompt that was left open.
 *
 * @throws `NOT_FOUND`, `INVALID_TRANSITION` unless `failed`, `OPERATION_IN_PROGRESS`, `RATE_LIMITED`,
 *   `PLAN_LIMIT_REACHED`, `SANDBOX_UNAVAILABLE` (then it is `failed` again, and says why)
 */
export const retry = userAction({
  args: { projectId },
  returns: projectWithSandbox,
  handler: (ctx, args) => retryForOwner(ctx, args),
});

/**
 * Starts the sandbox of a project that is `stopped` or `archived` (which takes longer).
 *
 * @throws `NOT_FOUND`, `INVALID_TRANSITION` in any other status, `OPERATION_IN_PROGRESS`,
 *   `RATE_LIMITED`, `PLAN_LIMIT_REACHED`, `SANDBOX_UNAVAILABLE`
 */
export const start = userAction({
  args: { projectId },
  returns: v.null(),
  handler: (ctx, args) => changeForOwner(ctx, { ...args, change: "start" }),
});

/**
 * Has the project's sandbox running when this returns: starts it unless it runs already.
 *
 * @throws `NOT_FOUND`, `INVALID_TRANSITION` when `creating` or `failed`, `OPERATION_IN_PROGRESS`,
 *   `RATE_LIMITED`, `PLAN_LIMIT_REACHED`, `SANDBOX_UNAVAILABLE`
 */
export const ensureRunning = userAction({
  args: { projectId },
  returns: v.null(),
  handler: (ctx, args) => changeForOwner(ctx, { ...args, change: "start", ensure: true }),
});

/**
 * Stops the sandbox of a project that is `ready`. Its disk is kept.
 *
 * @throws `NOT_FOUND`, `INVALID_TRANSITION` in any other status, `OPERATION_IN_PROGRESS`,
 *   `RATE_LIMITED`, `SANDBOX_UNAVAILABLE`
 */
export const stop = userAction({
  args: { projectId },
  returns: v.null(),
  handler: (ctx, args) => changeForOwner(ctx, { ...args, change: "stop" }),
});

/**
 * Puts the sandbox of a project that is `stopped` into Daytona's archive.
 *
 * @throws `NOT_FOUND`, `INVALID_TRANSITION` in any other status, `OPERATION_IN_PROGRESS`,
 *   `RATE_LIMITED`, `SANDBOX_UNAVAILABLE`
 */
export const archive = userAction({
  args: { projectId },
  returns: v.null(),
  handler: (ctx, args) => changeForOwner(ctx, { ...args, change: "archive" }),
});

/**
 * A URL at which everyone who has it can see a port of the sandbox (3000 unless given), for an hour.
 * Below Daytona's tier 3 browsers are shown a warning page first, which a frame can't get past.
 *
 * @returns the URL, when it ends, in ms since the epoch, and whether an app listens at that port now
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT`, `INVALID_TRANSITION` unless the sandbox runs,
 *   `RATE_LIMITED`, `SANDBOX_UNAVAILABLE`
 */
export const previewUrl = userAction({
  args: { projectId, port: v.optional(v.number()) },
  returns: preview,
  handler: (ctx, args) => previewForOwner(ctx, args),
});
