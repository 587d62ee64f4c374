/** The two transactions around a poll of the running turn (`run.ts`): what it needs, and what it found. */
import { v, type Infer } from "convex/values";
import type { Doc } from "../_generated/dataModel";
import { internalMutation, internalQuery, type MutationCtx } from "../_generated/server";
import { holdsLease, leaseFields, renewed } from "../projects/lease";
import { failedColumns } from "../projects/lifecycle";
import { sandboxFailure, type SandboxFailure } from "../projects/sandbox/results";
import { patchProject } from "../projects/store";
import type { TurnProgress } from "../projects/tables";
import { writeAnswer } from "./answer";
import { isSessionOver, sessionFields, sessionOf } from "./session";
import { endTurn, enqueueSessionEnd, schedulePoll } from "./turn";

const MIN_POLL_MS = 1000; // while there is output: a user watches
const MAX_POLL_MS = 5000; // while the agent is silent
const LOST_AFTER_MS = 5 * 60_000; // without an answer from Daytona; its restarts take less

/** What a poll of the running turn found. */
export const pollResult = v.union(
  v.object({ kind: v.literal("started"), commandId: v.string() }),
  v.object({
    kind: v.literal("progress"),
    text: v.string(), // lines of output, clean and masked
    taken: v.number(), // how far that goes in the agent's output, in bytes
    more: v.boolean(), // whether there is more to read at once
    exitCode: v.nullable(v.number()), // null while the agent runs
    awake: v.boolean(), // whether the sandbox's idle stop was put off
  }),
  v.object({ kind: v.literal("unanswered") }), // a passing failure: nothing is known
  sandboxFailure.extend({ kind: v.literal("failed") }), // the turn can't go on
);
export type PollResult = Infer<typeof pollResult>;

/** What a poll needs to know; null for a caller that does not hold the lease any more. */
export const beginPoll = internalQuery({
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
    const { turn, turnProgress } = project;
    const session = sessionOf(project);
    if (session === null || turn === undefined || turnProgress === undefined) return null;
    const message = turn.promptId && (await ctx.db.get("messages", turn.promptId));
    return {
      ...session,
      number: turn.number,
      prompt: message?.content ?? project.prompt,
      ...(turnProgress.commandId !== undefined && { commandId: turnProgress.commandId }),
      offset: turnProgress.offset,
      full: turnProgress.full ?? false,
      awakeAt: turnProgress.awakeAt,
    };
  },
});

/**
 * Writes what a poll found, and schedules the next one; nothing without the lease.
 *
 * `started` is the session that the poll may have started. When the turn ended meanwhile, its end found no session yet, so
 * that the session is ended here.
 */
export const finishPoll = internalMutation({
  args: leaseFields.extend({ result: pollResult, started: v.optional(sessionFields) }),
  returns: v.null(),
  handler: async (ctx, { projectId, token, result, started }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project !== null && holdsLease(project, token)) {
      await applyPollResult(ctx, project, result, Date.now());
    } else if (started !== undefined && isSessionOver(project, started)) {
      await enqueueSessionEnd(ctx, started);
    }
    return null;
  },
});

async function applyPollResult(
  ctx: MutationCtx,
  project: Doc<"projects">,
  result: PollResult,
  now: number,
): Promise<void> {
  const { turnProgress: before, operation } = project;
  if (before === undefined || operation === undefined) return;
  const decision = decideAfterPoll(before, result, now);
  const isEnd = decision.kind !== "poll";
  const progress = progressAfter(before, result, now);
  const output = { text: result.kind === "progress" ? result.text : "", isEnd, now };
  const turnProgress = await writeAnswer(ctx, project._id, progress, output);
  switch (decision.kind) {
    case "poll":
      await patchProject(ctx, project._id, { turnProgress, operation: renewed(operation, now) });
      await schedulePoll(ctx, { projectId: project._id, token: operation.token }, decision.delayMs);
      return;
    case "done":
      await endTurn(ctx, project, now);
      return;
    case "fail":
      await patchProject(ctx, project._id, failedColumns(project, decision.failure, now));
      await enqueueSessionEnd(ctx, sessionOf(project));
  }
}

/** What to do after a poll. */
export type PollDecision =
  { kind: "poll"; delayMs: number } | { kind: "done" } | { kind: "fail"; failure: SandboxFailure };

/** Decides what to do after a poll at `now` (ms). The exit code alone says that a turn went well. */
export function decideAfterPoll(
  progress: TurnProgress,
  result: PollResult,
  now: number,
): PollDecision {
  switch (result.kind) {
    case "failed":
      return failure(result.reason, result.retryable, result.sandbox);
    case "unanswered":
      if (now >= progress.deadline) return TOO_LONG;
      if (now - progress.contactAt >= LOST_AFTER_MS) return LOST;
      return { kind: "poll", delayMs: MAX_POLL_MS };
    case "started":
      return { kind: "poll", delayMs: MIN_POLL_MS };
    case "progress":
      if (result.exitCode === null && now >= progress.deadline) return TOO_LONG;
      if (result.more) return { kind: "poll", delayMs: 0 };
      if (result.exitCode === 0) return { kind: "done" };
      if (result.exitCode !== null) {
        return failure(`The agent ended with exit code ${String(result.exitCode)}.`, true);
      }
      return { kind: "poll", delayMs: pollDelay(result.taken > 0 ? 0 : now - progress.outputAt) };
  }
}

/** The longer the agent has been silent, the longer until the next poll. */
function pollDelay(silentMs: number): number {
  return Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, silentMs / 4));
}

function failure(
  reason: string,
  retryable: boolean,
  sandbox: SandboxFailure["sandbox"] = "unknown",
): PollDecision {
  return { kind: "fail", failure: { reason, retryable, sandbox } };
}

const TOO_LONG = failure("The agent took too long, and was ended.", true);
const LOST = failure("The sandbox could not be reached while the agent worked.", true);

/** What is known of a turn after a poll at `now` (ms). */
function progressAfter(progress: TurnProgress, result: PollResult, now: number): TurnProgress {
  switch (result.kind) {
    case "started":
      return { ...progress, commandId: result.commandId, contactAt: now };
    case "progress": {
      const outputAt = result.taken > 0 ? now : progress.outputAt;
      const awakeAt = result.awake ? now : progress.awakeAt;
      return {
        ...progress,
        offset: progress.offset + result.taken,
        contactAt: now,
        outputAt,
        awakeAt,
      };
    }
    case "unanswered":
    case "failed":
      return progress;
  }
}
