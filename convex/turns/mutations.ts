/** What a user asks of the agent: a further turn, and the end of the running one. */
import { v } from "convex/values";
import type { Id } from "../_generated/dataModel";
import { quaverError } from "../lib/errors";
import { userMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { checkMessage } from "../messages/checks";
import { findByClientMessageId } from "../messages/store";
import { ownedProject } from "../projects/access";
import { checkLeaseFree } from "../projects/lease";
import { statusAfter } from "../projects/lifecycle";
import { checkPrompt } from "../projects/checks";
import { patchProject } from "../projects/store";
import { agentCommand } from "./agent";
import { beginTurn, endTurn } from "./turn";

/**
 * Starts a further turn: stores the user's message and has the agent work on it. The answer grows in
 * a message of its own. With a `clientMessageId` that the project has already, nothing happens and
 * the first message's id is returned, so that a sender may try again.
 *
 * @returns the id of the user's message
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT` (also when no agent is configured), `INVALID_TRANSITION`
 *   unless `ready`, `OPERATION_IN_PROGRESS`, `RATE_LIMITED`
 */
export const start = userMutation({
  args: {
    projectId: v.id("projects"),
    prompt: v.string(),
    clientMessageId: v.optional(v.string()),
  },
  returns: v.object({ messageId: v.id("messages") }),
  handler: async (ctx, { projectId, prompt, clientMessageId }) => {
    const now = Date.now();
    const project = await ownedProject(ctx, projectId);
    const message = promptMessage(projectId, prompt, clientMessageId, now);
    const stored = await findByClientMessageId(ctx, projectId, clientMessageId);
    if (stored !== null) return { messageId: stored._id };
    checkLeaseFree(project, now);
    const status = statusAfter(project.status, ["turnStarted"], now);
    await checkRateLimit(ctx, "startTurn", ctx.user._id);
    const messageId = await ctx.db.insert("messages", message);
    await patchProject(ctx, projectId, status);
    await beginTurn(ctx, project, { promptId: messageId }, now);
    return { messageId };
  },
});

function promptMessage(
  projectId: Id<"projects">,
  prompt: string,
  clientMessageId: string | undefined,
  createdAt: number,
) {
  if (agentCommand() === undefined) {
    const message = "No agent is configured on this deployment.";
    throw quaverError("INVALID_ARGUMENT", { field: "prompt", message });
  }
  const message = { projectId, role: "user" as const, content: checkPrompt(prompt), createdAt };
  return checkMessage(clientMessageId === undefined ? message : { ...message, clientMessageId });
}

/**
 * Ends the agent's running turn: what it has said so far stays, and the project is `ready`. Without
 * a running turn nothing happens.
 *
 * @throws `NOT_FOUND`, `RATE_LIMITED`
 */
export const cancel = userMutation({
  args: { projectId: v.id("projects") },
  returns: v.null(),
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    await checkRateLimit(ctx, "editProject", ctx.user._id);
    if (project.turnProgress !== undefined) await endTurn(ctx, project, Date.now());
    return null;
  },
});
