/** The two transactions around a poll of the running turn (`run.ts`): what it needs, and what it found. */
import { literals } from "convex-helpers/validators";
import { v, type Infer } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";
import {
  internalMutation,
  internalQuery,
  type MutationCtx,
  type QueryCtx,
} from "../_generated/server";
import { MAX_QUEUED_TURNS } from "../lib/limits";
import { holdsLease, leaseFields, renewLease, type Lease } from "../projects/lease";
import { takeIntoAnswer } from "./output/answer";
import { endTurn, enqueueSessionEnd, type TurnEnd } from "./end";
import { failedWith, timedOut, unreachableDuring, workOf, type FailedTurn } from "./failures";
import { isSessionOf, sessionFields, sessionName } from "./session";
import { writeSteps } from "./steps";
import { turnFailure, turnRunFields } from "./tables";
import { runOf, schedulePoll } from "./turn";

// While there is output, which somebody watches. Each poll costs about a kilobyte: written, and sent to each watcher.
const MIN_POLL_MS = 1500;
const MAX_POLL_MS = 5000; // while the agent is silent
const LOST_AFTER_MS = 5 * 60_000; // without an answer from Daytona; its restarts take less
const CONTACT_EVERY_MS = 30_000; // that a silent agent is there is written now and then alone

/** What a poll of the running turn found. */
export const pollResult = v.union(
  v.object({ kind: v.literal("started"), commandId: v.string() }),
  v.object({
    kind: v.literal("progress"),
    text: v.string(), // what is to be shown, clean and masked
    taken: v.number(), // how far that goes in the agent's output, in bytes
    more: v.boolean(), // whether there is more to read at once
    exitCode: v.nullable(v.number()), // null while the agent runs
    stderr: v.string(), // its last lines, masked, once the turn is at its end
    awake: v.boolean(), // whether the sandbox's idle stop was put off
    version: v.optional(v.string()), // of the files that an agent left that ended well
  }),
  v.object({ kind: v.literal("restored"), version: v.string() }),
  v.object({ kind: v.literal("unanswered") }), // a passing failure: nothing is known
  v.object({
    kind: v.literal("failed"), // the turn can't go on
    failure: turnFailure,
    sandbox: literals("running", "unknown", "gone", "broken"), // what that says of the sandbox
  }),
);
export type PollResult = Infer<typeof pollResult>;

/** What a poll needs to know; null for a caller that does not hold the lease any more. */
export const beginPoll = internalQuery({
  args: leaseFields,
  returns: v.nullable(
    turnRunFields
      .pick("sandboxId", "session", "commandId", "offset", "awakeAt", "deadline")
      .extend({
        number: v.number(),
        prompt: v.string(),
        inLine: v.boolean(), // whether the output goes on within a line
        full: v.boolean(), // whether the answer is, so that nothing more is to be read
        restores: v.optional(v.object({ number: v.number(), version: v.string() })), // the turn to restore, if it is that
        unfinished: v.optional(v.string()), // the session of an agent before that did not end by itself
        afterRestore: v.optional(v.boolean()), // whether a restore before may still be at work
      }),
  ),
  handler: async (ctx, lease) => {
    const project = await ctx.db.get("projects", lease.projectId);
    const run = await runOf(ctx, lease.projectId);
    if (project === null || run === null || !(await holdsLease(ctx, lease))) return null;
    const turn = await ctx.db.get("turns", run.turnId);
    if (turn === null) return null;
    const message = turn.promptMessageId && (await ctx.db.get("messages", turn.promptMessageId));
    const { sandboxId, session, commandId, offset, awakeAt, deadline, answer } = run;
    return {
      ...{ sandboxId, session, offset, awakeAt, deadline },
      ...(commandId !== undefined && { commandId }),
      number: turn.number,
      ...(turn.restores && { restores: await versionToRestore(ctx, turn.restores) }),
      prompt: message?.content ?? project.prompt,
      inLine: answer.line !== undefined,
      full: answer.full,
      ...(commandId === undefined && (await unfinishedBefore(ctx, turn))),
    };
  },
});

async function versionToRestore(ctx: QueryCtx, turnId: Id<"turns">) {
  const turn = await ctx.db.get("turns", turnId);
  if (turn?.version === undefined) throw new Error("A turn restores one that has no version.");
  return { number: turn.number, version: turn.version };
}

/**
 * What of the turns before this one may still be at work in the sandbox, as it did not end by itself: the latest agent, and
 * restores since. At most as many turns as may wait come between: they failed while they waited.
 */
async function unfinishedBefore(
  ctx: QueryCtx,
  { projectId, number }: Doc<"turns">,
): Promise<{ unfinished?: string; afterRestore?: boolean }> {
  const before = await ctx.db
    .query("turns")
    .withIndex("by_project", (q) => q.eq("projectId", projectId).lt("number", number))
    .order("desc")
    .take(MAX_QUEUED_TURNS + 1);
  const begun = before.filter(({ startedAt }) => startedAt !== undefined);
  const isCutRestore = ({ restores, status }: Doc<"turns">) =>
    restores !== undefined && status !== "done";
  const latest = begun.find((turn) => !isCutRestore(turn));
  return {
    ...(latest && latest.status !== "done" && { unfinished: sessionName(latest.number) }),
    ...(begun[0] && isCutRestore(begun[0]) && { afterRestore: true }),
  };
}

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
    const run = project && (await runOf(ctx, projectId));
    if (project && run && (await holdsLease(ctx, { projectId, token }))) {
      await applyPollResult(ctx, { projectId, token }, { project, run, result, now: Date.now() });
    } else if (started !== undefined && !isSessionOf(run, started)) {
      await enqueueSessionEnd(ctx, started);
    }
    return null;
  },
});

interface Polled {
  project: Doc<"projects">;
  run: Doc<"turnRuns">;
  result: PollResult;
  now: number;
}

async function applyPollResult(ctx: MutationCtx, lease: Lease, polled: Polled): Promise<void> {
  const { project, run: before, result, now } = polled;
  const decision = decideAfterPoll(before, result, now);
  const run = await writeProgress(ctx, polled);
  if (decision.kind === "end") {
    await endTurn(ctx, project, run, decision.end, now);
    return;
  }
  await renewLease(ctx, lease, now);
  await schedulePoll(ctx, lease, decision.delayMs);
}

/** What to do after a poll. */
export type PollDecision = { kind: "poll"; delayMs: number } | { kind: "end"; end: TurnEnd };

/** Decides what to do after a poll at `now` (ms). The exit code alone says that an agent's turn went well. */
export function decideAfterPoll(
  run: Pick<Doc<"turnRuns">, "deadline" | "contactAt" | "outputAt" | "restores">,
  result: PollResult,
  now: number,
): PollDecision {
  switch (result.kind) {
    case "failed":
      return fail(result);
    case "unanswered":
      if (now >= run.deadline) return fail(timedOut(workOf(run)));
      if (now - run.contactAt >= LOST_AFTER_MS) return fail(unreachableDuring(workOf(run)));
      return { kind: "poll", delayMs: MAX_POLL_MS };
    case "started":
      return { kind: "poll", delayMs: MIN_POLL_MS };
    case "restored":
      return done(result.version);
    case "progress": {
      const { exitCode, stderr, more, taken, version } = result;
      if (exitCode === null && now >= run.deadline) return fail(timedOut("agent", stderr));
      if (more) return { kind: "poll", delayMs: 0 };
      if (exitCode === 0) return done(version);
      if (exitCode !== null) return fail(failedWith(exitCode, stderr));
      return { kind: "poll", delayMs: pollDelay(taken > 0 ? 0 : now - run.outputAt) };
    }
  }
}

function done(version: string | undefined): PollDecision {
  return { kind: "end", end: { status: "done", ...(version !== undefined && { version }) } };
}

function fail({ failure, sandbox }: FailedTurn): PollDecision {
  return { kind: "end", end: { status: "failed", failure, sandbox } };
}

/** The longer the agent has been silent, the longer until the next poll. */
function pollDelay(silentMs: number): number {
  return Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, silentMs / 4));
}

/** Writes what is known of the turn after a poll; nothing where that is no news. */
async function writeProgress(
  ctx: MutationCtx,
  { run, result, now }: Polled,
): Promise<Doc<"turnRuns">> {
  const news = newsOf(run, result, now);
  if (news === null) return run;
  const text = result.kind === "progress" ? result.text : "";
  const { state: answer, parts, steps } = takeIntoAnswer(run.answer, text);
  if (parts.length > 0) {
    await ctx.db.insert("turnOutput", { turnId: run.turnId, position: answer.chunks, parts });
  }
  await writeSteps(ctx, run.turnId, steps, now);
  await ctx.db.patch("turnRuns", run._id, { ...news, answer });
  return { ...run, ...news, answer };
}

function newsOf(
  run: Doc<"turnRuns">,
  result: PollResult,
  now: number,
): Partial<Doc<"turnRuns">> | null {
  switch (result.kind) {
    case "started":
      return { commandId: result.commandId, contactAt: now };
    case "restored":
      return { contactAt: now };
    case "progress": {
      const { taken, awake, exitCode } = result;
      const isNews =
        taken > 0 || awake || exitCode !== null || now - run.contactAt >= CONTACT_EVERY_MS;
      if (!isNews) return null;
      return {
        offset: run.offset + taken,
        contactAt: now,
        ...(taken > 0 && { outputAt: now }),
        ...(awake && { awakeAt: now }),
      };
    }
    case "unanswered":
    case "failed":
      return null;
  }
}
