/** The end of a turn, however it came: its message, its status, and what follows in the project. */
import { internal } from "../_generated/api";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { MAX_QUEUED_TURNS } from "../lib/limits";
import { workpool } from "../lib/workpool";
import { failedColumns, statusAfter } from "../projects/lifecycle";
import { enqueueRecheck } from "../projects/sandbox/recheck";
import { patchProject } from "../projects/store";
import { agentSecrets } from "./agent";
import { messageOf } from "./output/answer";
import { workOf, type FailedTurn } from "./failures";
import { maskSecrets } from "./output/masking";
import type { Session } from "./session";
import { endSteps } from "./steps";
import type { TurnFailure } from "./tables";
import { beginTurn, movePromptTo, queuedTurns } from "./turn";

/** How a turn ended. */
export type TurnEnd =
  | { status: "done"; version?: string }
  | { status: "cancelled" }
  | ({ status: "failed" } & FailedTurn);

/**
 * Ends a running turn at `now` (ms): writes what the agent has said as a message, ends its steps and its session, and begins
 * the next turn. A failed turn is not the project's end: unless the sandbox is lost, the project goes on. Turns that wait for a
 * sandbox that can't be relied upon fail with it.
 */
export async function endTurn(
  ctx: MutationCtx,
  project: Doc<"projects">,
  run: Doc<"turnRuns">,
  end: TurnEnd,
  now: number,
): Promise<void> {
  const turn = await ctx.db.get("turns", run.turnId);
  if (turn === null) throw new Error("A turn's run is there without the turn.");
  const stepCount = await endSteps(ctx, turn._id, end.status, now);
  await ctx.db.patch("turns", turn._id, {
    status: end.status,
    endedAt: now,
    ...(stepCount > 0 && { stepCount }),
    ...(await writeMessage(ctx, turn, run, now)),
    ...(end.status === "failed" && { failure: end.failure }),
    ...(end.status === "done" && end.version !== undefined && { version: end.version }),
  });
  await ctx.db.delete("turnRuns", run._id);
  if (run.answer.chunks > 0) await scheduleOutputRemoval(ctx, turn._id);
  if (workOf(run) === "agent")
    await endSession(ctx, { sandboxId: run.sandboxId, session: run.session }, end);
  if (end.status === "failed") logFailure(turn, end.failure);
  // As long as the agent answered the sandbox ran: earlier observations of its state are old.
  await patchProject(ctx, project._id, { lastActivityAt: now, sandboxSeenAt: run.contactAt });
  await continueProject(ctx, project, end, now);
}

/** Writes the turn's message. It stands where the answer began: after its prompt, before prompts that wait. */
async function writeMessage(
  ctx: MutationCtx,
  { _id: turnId, projectId, startedAt = 0 }: Doc<"turns">,
  run: Doc<"turnRuns">,
  now: number,
): Promise<{ answerMessageId?: Id<"messages"> }> {
  const chunks = await ctx.db
    .query("turnOutput")
    .withIndex("by_turn", (q) => q.eq("turnId", turnId))
    .take(run.answer.chunks);
  const seen = chunks.map(({ parts, _creationTime: seenAt }) => ({ parts, seenAt }));
  const message = messageOf(seen, now);
  if (message === null) return {};
  const fields = { projectId, role: "assistant" as const, createdAt: startedAt, ...message };
  return { answerMessageId: await ctx.db.insert("messages", fields) };
}

async function continueProject(
  ctx: MutationCtx,
  project: Doc<"projects">,
  end: TurnEnd,
  now: number,
): Promise<void> {
  const sandbox = end.status === "failed" ? end.sandbox : "running";
  const queued = await queuedTurns(ctx, project._id, MAX_QUEUED_TURNS);
  const [next] = queued;
  if (sandbox === "running" && next !== undefined) {
    await beginTurn(ctx, project, next, now);
    return;
  }
  if (end.status === "failed") await failQueued(ctx, queued, end.failure, now);
  if (end.status === "failed" && (sandbox === "gone" || sandbox === "broken")) {
    await patchProject(ctx, project._id, failedColumns(project, { ...end.failure, sandbox }, now));
    return;
  }
  const status = statusAfter(project.status, ["turnEnded"], now);
  await patchProject(ctx, project._id, { ...status, operation: undefined });
  if (sandbox === "unknown") await enqueueRecheck(ctx, project.sandboxId);
}

async function failQueued(
  ctx: MutationCtx,
  turns: readonly Doc<"turns">[],
  { reason, retryable }: TurnFailure,
  now: number,
): Promise<void> {
  for (const turn of turns) {
    const failure = {
      reason: `Not started because the previous prompt failed. ${reason}`,
      retryable,
    };
    await ctx.db.patch("turns", turn._id, { status: "failed", failure, endedAt: now });
    await movePromptTo(ctx, turn, now);
  }
}

/** One line for the operator. It has what the agent wrote to its standard error, which only the owner sees otherwise. */
function logFailure({ projectId, number }: Doc<"turns">, { reason, stderr }: TurnFailure): void {
  const turn = `Turn ${String(number)} of project ${projectId} failed. ${reason}`;
  if (stderr === undefined) {
    console.error(turn);
    return;
  }
  // Quoted, so that it stays one line; and masked again, as quoting may create a secret.
  console.error(`${turn} ${maskSecrets(JSON.stringify(stderr), agentSecrets())}`);
}

/** Schedules the removal of a turn's chunks, in batches. */
async function scheduleOutputRemoval(ctx: MutationCtx, turnId: Id<"turns">): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.turns.removal.removeOutput, { turnId });
}

/** Once an agent has ended well, nothing of it runs, and only files are left: that they are removed need not be certain. */
async function endSession(ctx: MutationCtx, session: Session, { status }: TurnEnd): Promise<void> {
  if (status === "done") {
    await ctx.scheduler.runAfter(0, internal.turns.run.endTurnSession, session);
  } else await enqueueSessionEnd(ctx, session);
}

/** Schedules the end of what a turn has started. Survives restarts; a session that has ended counts as done. */
export async function enqueueSessionEnd(ctx: MutationCtx, session: Session): Promise<void> {
  await workpool.enqueueAction(ctx, internal.turns.run.endTurnSession, session);
}
