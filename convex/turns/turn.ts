/**
 * The agent's turns. A turn is a command that runs in the sandbox for minutes, longer than any action may: `run.ts` starts
 * it and polls it every few seconds. Each poll is scheduled by the transaction that wrote what the last one found
 * (`poll.ts`), and renews the turn's lease. When a poll is lost, the lease expires, and the sweep resumes the turn.
 */
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { workpool } from "../lib/workpool";
import { newLease } from "../projects/lease";
import { statusAfter } from "../projects/lifecycle";
import { patchProject } from "../projects/store";
import { agentCommand } from "./agent";
import { sessionOf, type Session } from "./session";

/** How long the agent may work on one prompt. */
const TURN_TIMEOUT_MS = 30 * 60_000;

/** A turn's prompt: the content of a message, or without one the project's own prompt. */
export interface TurnPrompt {
  promptId?: Id<"messages"> | undefined;
}

/**
 * Begins the turn of a project that is `generating` because it has just got this sandbox. If there is nothing for the
 * agent to do, the project is `ready`.
 *
 * @param project - as it was before
 * @param now - ms since the epoch
 */
export async function beginTurnAfterCreate(
  ctx: MutationCtx,
  project: Doc<"projects">,
  sandboxId: string,
  now: number,
): Promise<void> {
  const prompt = openPrompt(project, sandboxId);
  if (prompt !== null) {
    await beginTurn(ctx, project, prompt, now);
  } else {
    await patchProject(ctx, project._id, statusAfter("generating", ["turnEnded"], now));
  }
}

/**
 * What the agent has to do in this sandbox. A prompt that was left open is tried again. In a new sandbox, which is empty,
 * the agent begins with the project's own prompt.
 *
 * @returns null when no agent is configured, or the project had this sandbox before and left no prompt open
 */
function openPrompt(project: Doc<"projects">, sandboxId: string): TurnPrompt | null {
  if (agentCommand() === undefined) return null;
  const { turn } = project;
  if (turn === undefined || project.sandboxId !== sandboxId) return {};
  return turn.done ? null : { promptId: turn.promptId };
}

/** Begins a turn at `now` (ms), for a project that is `generating` in this transaction. */
export async function beginTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  { promptId }: TurnPrompt,
  now: number,
): Promise<void> {
  const operation = newLease("turn", now);
  const number = (project.turn?.number ?? 0) + 1;
  const deadline = now + TURN_TIMEOUT_MS;
  await patchProject(ctx, project._id, {
    operation,
    turn: promptId === undefined ? { number, done: false } : { number, promptId, done: false },
    turnProgress: { offset: 0, deadline, contactAt: now, outputAt: now, awakeAt: now },
  });
  await schedulePoll(ctx, { projectId: project._id, token: operation.token }, 0);
}

/** Schedules the next poll of a turn. */
export async function schedulePoll(
  ctx: MutationCtx,
  lease: { projectId: Id<"projects">; token: string },
  delayMs: number,
): Promise<void> {
  await ctx.scheduler.runAfter(delayMs, internal.turns.run.pollTurn, lease);
}

/**
 * Resumes the turn of a project whose polls have stopped, under a new lease.
 *
 * @returns false when no turn is running
 */
export async function resumeTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<boolean> {
  if (project.turnProgress === undefined) return false;
  const operation = newLease("turn", now);
  await patchProject(ctx, project._id, { operation });
  await schedulePoll(ctx, { projectId: project._id, token: operation.token }, 0);
  return true;
}

/** Ends a turn that did not fail: takes the project from `generating` to `ready`, and ends what the turn has started. */
export async function endTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  now: number,
): Promise<void> {
  await patchProject(ctx, project._id, {
    ...statusAfter(project.status, ["turnEnded"], now),
    operation: undefined,
    turnProgress: undefined,
    ...(project.turn && { turn: { ...project.turn, done: true } }),
    // As long as the agent answered the sandbox ran: earlier observations of its state are old.
    ...(project.turnProgress && { sandboxSeenAt: project.turnProgress.contactAt }),
  });
  await enqueueSessionEnd(ctx, sessionOf(project));
}

/** Schedules the end of what a turn has started. Survives restarts; a session that has ended counts as done. */
export async function enqueueSessionEnd(ctx: MutationCtx, session: Session | null): Promise<void> {
  if (session === null) return;
  await workpool.enqueueAction(ctx, internal.turns.run.endTurnSession, session);
}
