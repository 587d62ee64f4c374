/** What a user asks of the agent: a further turn, the end of one, and a failed one again. */
import { v } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { userMutation } from "../lib/functions";
import { MAX_QUEUED_TURNS } from "../lib/limits";
import { checkRateLimit } from "../lib/rateLimits";
import { checkMessage } from "../messages/checks";
import { findByClientMessageId } from "../messages/store";
import { ownedProject } from "../projects/access";
import { checkPrompt } from "../projects/checks";
import { patchProject } from "../projects/store";
import { ownedTurn } from "./access";
import { agentCommand } from "./agent";
import { checkCanRestore } from "./app/restore";
import { endTurn } from "./end";
import type { TurnTask } from "./tables";
import { beginNow, checkCanBegin, insertTurn, queuedTurns, runOf } from "./turn";

/**
 * Starts a further turn: stores the user's message and has the agent work on it, or wait while another
 * turn of the project runs. With a `clientMessageId` that the project has already, nothing happens and
 * the first turn's ids are returned, so that a sender may try again.
 *
 * @returns the turn's id, and that of the user's message
 * @throws `NOT_FOUND`, `AGENT_NOT_CONFIGURED`, `INVALID_ARGUMENT`, `INVALID_TRANSITION` unless `ready` or
 *   `generating`, `QUEUE_FULL`, `OPERATION_IN_PROGRESS`, `RATE_LIMITED`
 */
export const start = userMutation({
  args: {
    projectId: v.id("projects"),
    prompt: v.string(),
    clientMessageId: v.optional(v.string()),
  },
  returns: v.object({ turnId: v.id("turns"), messageId: v.id("messages") }),
  handler: async (ctx, { projectId, prompt, clientMessageId }) => {
    const now = Date.now();
    const project = await ownedProject(ctx, projectId);
    checkAgent();
    const message = promptMessage(projectId, prompt, clientMessageId, now);
    const stored = await findByClientMessageId(ctx, projectId, clientMessageId);
    if (stored !== null)
      return { turnId: await turnOfPrompt(ctx, stored._id), messageId: stored._id };
    await checkCanStart(ctx, project, now);
    await checkRateLimit(ctx, "startTurn", ctx.user._id);
    const messageId = await ctx.db.insert("messages", message);
    const turnId = await beginOrQueue(ctx, project, { promptMessageId: messageId }, now);
    return { turnId, messageId };
  },
});

/** @throws `AGENT_NOT_CONFIGURED` */
function checkAgent(): void {
  if (agentCommand() === undefined) throw quaverError("AGENT_NOT_CONFIGURED");
}

function promptMessage(
  projectId: Id<"projects">,
  prompt: string,
  clientMessageId: string | undefined,
  createdAt: number,
) {
  const message = { projectId, role: "user" as const, content: checkPrompt(prompt), createdAt };
  return checkMessage(clientMessageId === undefined ? message : { ...message, clientMessageId });
}

/** The first turn of a prompt. */
async function turnOfPrompt(
  ctx: MutationCtx,
  promptMessageId: Id<"messages">,
): Promise<Id<"turns">> {
  const turn = await ctx.db
    .query("turns")
    .withIndex("by_prompt", (q) => q.eq("promptMessageId", promptMessageId))
    .first();
  if (turn !== null) return turn._id;
  const message = "The message with this id is not a prompt.";
  throw quaverError("INVALID_ARGUMENT", { field: "clientMessageId", message });
}

/** @throws `QUEUE_FULL`, `OPERATION_IN_PROGRESS`, `INVALID_TRANSITION` */
async function checkCanStart(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<void> {
  if (project.status === "generating") {
    const queued = await queuedTurns(ctx, project._id, MAX_QUEUED_TURNS);
    if (queued.length === MAX_QUEUED_TURNS) {
      throw quaverError("QUEUE_FULL", { limit: MAX_QUEUED_TURNS });
    }
    return;
  }
  await checkCanBegin(ctx, project, now);
}

/** For a project of which `checkCanStart` has been asked in this transaction. */
async function beginOrQueue(
  ctx: MutationCtx,
  project: Doc<"projects">,
  task: TurnTask,
  now: number,
): Promise<Id<"turns">> {
  if (project.status === "generating") {
    await patchProject(ctx, project._id, { lastActivityAt: now });
    return (await insertTurn(ctx, project._id, task, now))._id;
  }
  return await beginNow(ctx, project, task, now);
}

/**
 * Ends a running turn: what the agent has said so far stays, and the next turn begins. One that is still
 * queued is withdrawn: it is gone, and its message with it. A turn that is over stays as it is.
 *
 * @throws `NOT_FOUND`, `RATE_LIMITED`
 */
export const cancel = userMutation({
  args: { turnId: v.id("turns") },
  returns: v.null(),
  handler: async (ctx, { turnId }) => {
    const { turn, project } = await ownedTurn(ctx, turnId);
    await checkRateLimit(ctx, "editProject", ctx.user._id);
    if (turn.status === "queued") await withdraw(ctx, turn);
    if (turn.status !== "running") return null;
    const run = await runOf(ctx, project._id);
    if (run?.turnId === turnId) {
      await endTurn(ctx, project, run, { status: "cancelled" }, Date.now());
    }
    return null;
  },
});

async function withdraw(ctx: MutationCtx, turn: Doc<"turns">): Promise<void> {
  const { promptMessageId, retryOf } = turn;
  await ctx.db.delete("turns", turn._id);
  // The message of a prompt that is tried again belongs to the turn before.
  if (promptMessageId !== undefined && retryOf === undefined) {
    await ctx.db.delete("messages", promptMessageId);
  }
}

/**
 * Has the agent work once more on the prompt of a turn that failed or was cancelled, in a new turn, which
 * waits while another one runs. Asked again, it returns the same new turn. A restore is tried again as
 * `turns/actions:restore` would be asked again.
 *
 * @returns the new turn's id
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT` for a turn that is neither, and else what `start` throws, or `restore`
 */
export const retry = userMutation({
  args: { turnId: v.id("turns") },
  returns: v.object({ turnId: v.id("turns") }),
  handler: async (ctx, { turnId }) => {
    const now = Date.now();
    const { turn, project } = await ownedTurn(ctx, turnId);
    if (turn.restores === undefined) checkAgent();
    if (turn.status !== "failed" && turn.status !== "cancelled") {
      const message = "Only a turn that failed or was cancelled can be tried again.";
      throw quaverError("INVALID_ARGUMENT", { field: "turnId", message });
    }
    const again = await ctx.db
      .query("turns")
      .withIndex("by_retry", (q) => q.eq("retryOf", turnId))
      .unique();
    if (again !== null) return { turnId: again._id };
    const { promptMessageId, restores } = turn;
    if (restores === undefined) await checkCanStart(ctx, project, now);
    else await checkCanRestore(ctx, project, now);
    await checkRateLimit(ctx, "startTurn", ctx.user._id);
    const task = { ...(promptMessageId && { promptMessageId }), ...(restores && { restores }) };
    return { turnId: await beginOrQueue(ctx, project, { ...task, retryOf: turnId }, now) };
  },
});
