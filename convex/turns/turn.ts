/**
 * The agent's turns. A turn is a command that runs in the sandbox for minutes, longer than any action may: `run.ts` starts
 * it and polls it every few seconds. Each poll is scheduled by the transaction that wrote what the last one found
 * (`poll.ts`), and renews the turn's lease. When a poll is lost, the lease expires, and the sweep resumes the turn.
 *
 * A project is `generating` exactly while one of its turns runs. Others wait for it, in order; when it ends, the next one
 * begins in the same transaction.
 */
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx, QueryCtx } from "../_generated/server";
import { checkLeaseFree, newLease, type Lease } from "../projects/lease";
import { statusAfter, transition } from "../projects/lifecycle";
import { patchProject } from "../projects/store";
import { agentCommand } from "./agent";
import { EMPTY_ANSWER } from "./output/answer";
import { sessionName } from "./session";
import type { TurnTask } from "./tables";

/** How long the agent may work on one prompt. */
export const TURN_TIMEOUT_MINUTES = 30;

/** The latest turn of a project; null when it has had none. */
export async function latestTurn(
  ctx: QueryCtx,
  projectId: Id<"projects">,
): Promise<Doc<"turns"> | null> {
  return await ctx.db
    .query("turns")
    .withIndex("by_project", (q) => q.eq("projectId", projectId))
    .order("desc")
    .first();
}

/** The bookkeeping of a project's running turn; null when none runs. */
export async function runOf(
  ctx: QueryCtx,
  projectId: Id<"projects">,
): Promise<Doc<"turnRuns"> | null> {
  return await ctx.db
    .query("turnRuns")
    .withIndex("by_project", (q) => q.eq("projectId", projectId))
    .unique();
}

/** The first turns of a project that wait for the running one, at most `limit`. */
export async function queuedTurns(
  ctx: QueryCtx,
  projectId: Id<"projects">,
  limit: number,
): Promise<Doc<"turns">[]> {
  return await ctx.db
    .query("turns")
    .withIndex("by_project_status", (q) => q.eq("projectId", projectId).eq("status", "queued"))
    .take(limit);
}

/**
 * Begins the turn of a project that is `generating` because it has just got this sandbox: in a new one, which is empty, the
 * agent begins with the project's own prompt. If there is nothing for it to do, the project is `ready`.
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
  const latest = await latestTurn(ctx, project._id);
  const isEmpty = latest === null || project.sandboxId !== sandboxId;
  if (isEmpty && agentCommand() !== undefined) {
    await insertAndBegin(ctx, { ...project, sandboxId }, {}, now);
  } else {
    await patchProject(ctx, project._id, statusAfter("generating", ["turnEnded"], now));
  }
}

/**
 * Inserts a turn and begins it, for a project that is `generating` in this transaction.
 *
 * @param task - without a message, the prompt is the project's own
 */
async function insertAndBegin(
  ctx: MutationCtx,
  project: Doc<"projects">,
  task: TurnTask,
  now: number,
): Promise<Id<"turns">> {
  const turn = await insertTurn(ctx, project._id, task, now);
  await beginTurn(ctx, project, turn, now);
  return turn._id;
}

/** What is to be known of a turn to begin it. */
type WaitingTurn = Pick<Doc<"turns">, "_id" | "number"> & TurnTask;

/**
 * Is nothing under way in the project, so that a turn can begin?
 *
 * @throws `OPERATION_IN_PROGRESS`, `INVALID_TRANSITION`
 */
export async function checkCanBegin(
  ctx: QueryCtx,
  project: Doc<"projects">,
  now: number,
): Promise<void> {
  await checkLeaseFree(ctx, project, now);
  transition(project.status, "turnStarted");
}

/** Begins a turn of a project of which `checkCanBegin` has been asked in this transaction. */
export async function beginNow(
  ctx: MutationCtx,
  project: Doc<"projects">,
  task: TurnTask,
  now: number,
): Promise<Id<"turns">> {
  await patchProject(ctx, project._id, statusAfter(project.status, ["turnStarted"], now));
  return await insertAndBegin(ctx, project, task, now);
}

/** Inserts a turn, which waits. */
export async function insertTurn(
  ctx: MutationCtx,
  projectId: Id<"projects">,
  task: TurnTask,
  now: number,
): Promise<WaitingTurn> {
  const number = ((await latestTurn(ctx, projectId))?.number ?? 0) + 1;
  const fields = { projectId, number, status: "queued" as const, ...task, createdAt: now };
  const turnId = await ctx.db.insert("turns", fields);
  return { ...fields, _id: turnId };
}

/** Begins a turn that waits, for a project that is `generating` in this transaction. */
export async function beginTurn(
  ctx: MutationCtx,
  { _id: projectId, sandboxId }: Doc<"projects">,
  turn: WaitingTurn,
  now: number,
): Promise<void> {
  if (sandboxId === undefined) throw new Error("A turn needs a sandbox.");
  const operation = newLease("turn", now);
  await patchProject(ctx, projectId, { operation, lastActivityAt: now });
  await ctx.db.patch("turns", turn._id, { status: "running", startedAt: now });
  await movePromptTo(ctx, turn, now);
  await ctx.db.insert("turnRuns", {
    turnId: turn._id,
    projectId,
    ...(turn.restores && { restores: turn.restores }),
    sandboxId,
    session: sessionName(turn.number),
    offset: 0,
    answer: EMPTY_ANSWER,
    deadline: now + TURN_TIMEOUT_MINUTES * 60_000,
    contactAt: now,
    outputAt: now,
    awakeAt: now,
  });
  await schedulePoll(ctx, { projectId, token: operation.token }, 0);
}

/** A prompt that has waited comes after the answers for which it did. One that is tried again stays where it was. */
export async function movePromptTo(
  ctx: MutationCtx,
  { promptMessageId, retryOf }: TurnTask,
  now: number,
): Promise<void> {
  if (promptMessageId === undefined || retryOf !== undefined) return;
  const prompt = await ctx.db.get("messages", promptMessageId);
  if (prompt && prompt.createdAt < now) {
    await ctx.db.patch("messages", prompt._id, { createdAt: now });
  }
}

/** Schedules the next poll of a turn. */
export async function schedulePoll(ctx: MutationCtx, lease: Lease, delayMs: number): Promise<void> {
  await ctx.scheduler.runAfter(delayMs, internal.turns.run.pollTurn, lease);
}

/** Resumes the turn of a project whose polls have stopped, under a new lease. */
export async function resumeTurn(
  ctx: MutationCtx,
  projectId: Id<"projects">,
  now: number,
): Promise<void> {
  const operation = newLease("turn", now);
  await patchProject(ctx, projectId, { operation });
  await schedulePoll(ctx, { projectId, token: operation.token }, 0);
}
