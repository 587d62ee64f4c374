/** What becomes of a turn after each look at it. */
import { v } from "convex/values";
import type { Doc } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { answerOf, appendOutput, EMPTY_ANSWER, endAnswer, type Answer } from "./agentOutput";
import { failedColumns } from "./failures";
import { holdsLease, leaseFields, renewed } from "./lease";
import { sessionFields, turnReport, type SandboxFailure, type TurnReport } from "./outcomes";
import { patchProject } from "./store";
import type { Generation } from "./tables";
import { endTurn, enqueueSessionEnd, isOver, scheduleLook, sessionOf } from "./turns";

const QUICKEST_LOOK_MS = 1000; // while there is output: a person watches
const SLOWEST_LOOK_MS = 5000; // while the agent is silent
const LOST_AFTER_MS = 5 * 60_000; // without an answer from Daytona; its restarts take less

/** What to do after a look. */
export type TurnVerdict =
  { kind: "look"; delayMs: number } | { kind: "done" } | { kind: "fail"; failure: SandboxFailure };

/**
 * Writes down what a look found, and orders the next one; nothing without the lease. `started` is
 * the session that the look may have begun: when the turn was ended meanwhile, what ended it found
 * no session yet, and nobody else would end this one.
 */
export const write = internalMutation({
  args: leaseFields.extend({ report: turnReport, started: v.optional(sessionFields) }),
  returns: v.null(),
  handler: async (ctx, { projectId, token, report, started }) => {
    const project = await ctx.db.get("projects", projectId);
    if (project !== null && holdsLease(project, token)) {
      await writeReport(ctx, project, report, Date.now());
    } else if (started !== undefined && isOver(project, started)) {
      await enqueueSessionEnd(ctx, started);
    }
    return null;
  },
});

async function writeReport(
  ctx: MutationCtx,
  project: Doc<"projects">,
  report: TurnReport,
  now: number,
): Promise<void> {
  const { generation: before, operation } = project;
  if (before === undefined || operation === undefined) return;
  const verdict = turnVerdict(before, report, now);
  const generation = await writeOutput(ctx, project, noted(before, report, now), report, {
    now,
    isEnd: verdict.kind !== "look",
  });
  switch (verdict.kind) {
    case "look":
      await patchProject(ctx, project._id, {
        generation,
        operation: renewed(operation, now),
      });
      await scheduleLook(ctx, { projectId: project._id, token: operation.token }, verdict.delayMs);
      return;
    case "done":
      await endTurn(ctx, project, now);
      return;
    case "fail":
      await patchProject(ctx, project._id, failedColumns(project, verdict.failure, now));
      await enqueueSessionEnd(ctx, sessionOf(project));
  }
}

/** Decides what to do after a look at `now` (ms). The exit code alone says that a turn went well. */
export function turnVerdict(turn: Generation, report: TurnReport, now: number): TurnVerdict {
  switch (report.kind) {
    case "failed":
      return failure(report.reason, report.retryable, report.sandbox);
    case "unanswered":
      if (now >= turn.deadline) return TOO_LONG;
      if (now - turn.contactAt >= LOST_AFTER_MS) return LOST;
      return { kind: "look", delayMs: SLOWEST_LOOK_MS };
    case "started":
      return { kind: "look", delayMs: QUICKEST_LOOK_MS };
    case "progress":
      if (report.exitCode === null && now >= turn.deadline) return TOO_LONG;
      if (report.more) return { kind: "look", delayMs: 0 };
      if (report.exitCode === 0) return { kind: "done" };
      if (report.exitCode !== null) {
        return failure(`The agent ended with exit code ${String(report.exitCode)}.`, true);
      }
      return { kind: "look", delayMs: lookDelay(report.taken > 0 ? 0 : now - turn.outputAt) };
  }
}

/** The longer the agent has been silent, the longer until the next look. */
function lookDelay(silentMs: number): number {
  return Math.min(SLOWEST_LOOK_MS, Math.max(QUICKEST_LOOK_MS, silentMs / 4));
}

function failure(
  reason: string,
  retryable: boolean,
  sandbox: SandboxFailure["sandbox"] = "unknown",
): TurnVerdict {
  return { kind: "fail", failure: { reason, retryable, sandbox } };
}

const TOO_LONG = failure("The agent took too long, and was ended.", true);
const LOST = failure("The sandbox could not be reached while the agent worked.", true);

/** The bookkeeping of a turn after a look at `now` (ms). */
function noted(turn: Generation, report: TurnReport, now: number): Generation {
  switch (report.kind) {
    case "started":
      return { ...turn, commandId: report.commandId, contactAt: now };
    case "progress": {
      const outputAt = report.taken > 0 ? now : turn.outputAt;
      const awakeAt = report.awake ? now : turn.awakeAt;
      return { ...turn, offset: turn.offset + report.taken, contactAt: now, outputAt, awakeAt };
    }
    case "unanswered":
    case "failed":
      return turn;
  }
}

/** Adds a look's output to the turn's message, which is made with the first of it. */
async function writeOutput(
  ctx: MutationCtx,
  { _id: projectId }: Doc<"projects">,
  turn: Generation,
  report: TurnReport,
  { now, isEnd }: { now: number; isEnd: boolean },
): Promise<Generation> {
  const message = turn.messageId && (await ctx.db.get("messages", turn.messageId));
  const before = message ? answerOf(message, turn) : EMPTY_ANSWER;
  const text = report.kind === "progress" ? report.text : "";
  const grown = text === "" ? before : appendOutput(before, text, now);
  const answer = isEnd ? endAnswer(grown, now) : grown;
  const { reasoningSince: _, ...rest } = turn;
  const state = {
    ...rest,
    ...(answer.reasoningSince !== undefined && { reasoningSince: answer.reasoningSince }),
    ...(answer.full && { full: true }),
  };
  if (answer === before || answer.parts.length === 0) return state;
  if (message) {
    await ctx.db.patch("messages", message._id, said(answer));
    return state;
  }
  const fields = { projectId, role: "assistant" as const, createdAt: now, ...said(answer) };
  return { ...state, messageId: await ctx.db.insert("messages", fields) };
}

function said({ content, parts }: Answer): Pick<Answer, "content" | "parts"> {
  return { content, parts };
}
