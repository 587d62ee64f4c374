/**
 * The agent's turns. A turn is a command that runs in the sandbox for minutes, longer than any
 * action may: `agent.ts` starts it, and looks at it every few seconds, each look ordering the next
 * in the transaction that writes what it found (`turnReports.ts`). The lease, renewed by each look,
 * says who is looking; when a look is lost, it runs out, and the sweep takes it up again.
 */
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import { internalQuery, type MutationCtx } from "../_generated/server";
import { agentCommand } from "../lib/agent";
import { quaverError } from "../lib/errors";
import { callerMutation } from "../lib/functions";
import { retriedJobs } from "../lib/jobs";
import { checkRateLimit } from "../lib/rateLimits";
import { checkMessage } from "../messages/limits";
import { findByClientId } from "../messages/store";
import { ownedProject } from "./access";
import { checkLeaseFree, holdsLease, leaseFields, newLease } from "./lease";
import { statusAfter } from "./lifecycle";
import { checkPrompt } from "./limits";
import { sessionFields, type Session } from "./outcomes";
import { patchProject } from "./store";

/** How long the agent may work on one prompt. */
const TURN_TIMEOUT_MS = 30 * 60_000;

/** What a turn is about: a message's content, or without one the project's own prompt. */
export interface TurnPrompt {
  promptId?: Id<"messages"> | undefined;
}

/**
 * The turn that a project goes into when it gets this sandbox; null when there is none to go into:
 * no agent is configured, or the sandbox is the one that it had, and no prompt is left open. An open
 * prompt is tried again, but in a new sandbox, which is empty, the agent begins with the first.
 */
export function turnAfterAttach(project: Doc<"projects">, sandboxId: string): TurnPrompt | null {
  if (agentCommand() === undefined) return null;
  const { turn } = project;
  if (turn === undefined || project.sandboxId !== sandboxId) return {};
  return turn.done ? null : { promptId: turn.promptId };
}

/** Begins a turn at `now` (ms), for a project that is `generating` in this transaction. */
export async function enterTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  { promptId }: TurnPrompt,
  now: number,
): Promise<void> {
  const operation = newLease("generate", now);
  const number = (project.turn?.number ?? 0) + 1;
  const deadline = now + TURN_TIMEOUT_MS;
  await patchProject(ctx, project._id, {
    operation,
    turn: promptId === undefined ? { number, done: false } : { number, promptId, done: false },
    generation: { offset: 0, deadline, contactAt: now, outputAt: now, awakeAt: now },
  });
  await scheduleLook(ctx, { projectId: project._id, token: operation.token }, 0);
}

/** Orders the next look at a turn. */
export async function scheduleLook(
  ctx: MutationCtx,
  lease: { projectId: Id<"projects">; token: string },
  delayMs: number,
): Promise<void> {
  await ctx.scheduler.runAfter(delayMs, internal.projects.agent.look, lease);
}

/**
 * Stores a person's message and begins a turn about it. A `clientMessageId` that the project has
 * already changes nothing.
 *
 * @returns the id of the person's message
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT` (also when no agent is configured), `RATE_LIMITED`,
 *   `OPERATION_IN_PROGRESS`, `INVALID_TRANSITION`
 */
export const begin = callerMutation({
  args: {
    projectId: v.id("projects"),
    prompt: v.string(),
    clientMessageId: v.optional(v.string()),
  },
  returns: v.id("messages"),
  handler: async (ctx, { projectId, prompt, clientMessageId }) => {
    const now = Date.now();
    const project = await ownedProject(ctx, projectId);
    const message = promptMessage(projectId, prompt, clientMessageId, now);
    const stored = await findByClientId(ctx, projectId, clientMessageId);
    if (stored !== null) return stored._id;
    checkLeaseFree(project, now);
    const status = statusAfter(project.status, ["turnStarted"], now);
    await checkRateLimit(ctx, "generate", ctx.user._id);
    const promptId = await ctx.db.insert("messages", message);
    await patchProject(ctx, projectId, status);
    await enterTurn(ctx, project, { promptId }, now);
    return promptId;
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
 * Ends the present turn as it stands, and what runs of it; without one there is nothing to do.
 *
 * @throws `NOT_FOUND`, `RATE_LIMITED`
 */
export const cancel = callerMutation({
  args: { projectId: v.id("projects") },
  returns: v.null(),
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    await checkRateLimit(ctx, "editProject", ctx.user._id);
    if (project.generation !== undefined) await endTurn(ctx, project, Date.now());
    return null;
  },
});

/** Takes a project from `generating` to `ready`. */
export async function endTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<void> {
  await patchProject(ctx, project._id, {
    ...statusAfter(project.status, ["turnEnded"], now),
    operation: undefined,
    generation: undefined,
    ...(project.turn && { turn: { ...project.turn, done: true } }),
    // As long as the agent was heard the sandbox ran: what is said of before is old.
    ...(project.generation && { sandboxSeenAt: project.generation.contactAt }),
  });
  await enqueueSessionEnd(ctx, sessionOf(project));
}

/** Orders that what a turn has started is ended. Survives restarts; what has ended counts as done. */
export async function enqueueSessionEnd(ctx: MutationCtx, session: Session | null): Promise<void> {
  if (session === null) return;
  await retriedJobs.enqueueAction(ctx, internal.projects.agent.endSession, session);
}

/** Is no turn under way in a session (any more)? Another look may go on with what one has begun. */
export function isOver(project: Doc<"projects"> | null, { sandboxId, session }: Session): boolean {
  const present = project?.generation === undefined ? null : sessionOf(project);
  return present?.sandboxId !== sandboxId || present.session !== session;
}

/** Where a project's turn runs, or its last one ran; null when there has been none. */
export function sessionOf({ sandboxId, turn }: Doc<"projects">): Session | null {
  if (sandboxId === undefined || turn === undefined) return null;
  // The turn's own name, so that a turn can be started only once.
  return { sandboxId, session: `quaver-turn-${String(turn.number)}` };
}

/** What a look needs to know; null for whoever does not hold the lease any more. */
export const task = internalQuery({
  args: leaseFields,
  returns: v.nullable(
    sessionFields.extend({
      number: v.number(),
      prompt: v.string(),
      commandId: v.optional(v.string()),
      offset: v.number(),
      full: v.boolean(),
      awakeAt: v.number(),
    }),
  ),
  handler: async (ctx, { projectId, token }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project === null || !holdsLease(project, token)) return null;
    const { turn, generation } = project;
    const session = sessionOf(project);
    if (session === null || turn === undefined || generation === undefined) return null;
    const message = turn.promptId && (await ctx.db.get("messages", turn.promptId));
    return {
      ...session,
      number: turn.number,
      prompt: message?.content ?? project.prompt,
      ...(generation.commandId !== undefined && { commandId: generation.commandId }),
      offset: generation.offset,
      full: generation.full ?? false,
      awakeAt: generation.awakeAt,
    };
  },
});

/**
 * Gives the turn of a project to another: whoever looked at it has been silent for too long.
 *
 * @returns false when there is none
 */
export async function takeOverTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<boolean> {
  if (project.generation === undefined) return false;
  const operation = newLease("generate", now);
  await patchProject(ctx, project._id, { operation });
  await scheduleLook(ctx, { projectId: project._id, token: operation.token }, 0);
  return true;
}
