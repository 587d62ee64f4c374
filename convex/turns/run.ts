"use node";
/** The work of a turn in its sandbox: the agent's command, started once and polled until it ends; or a restore, in one call. */
import { isSandboxError, type SandboxClient, type SandboxErrorCode } from "@quaver/sandbox";
import type { FunctionReturnType } from "convex/server";
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { internalAction } from "../_generated/server";
import { env } from "../lib/env";
import { leaseFields } from "../projects/lease";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import { NOT_CONFIGURED, explainSandboxError, sandboxClient } from "../projects/sandbox/daytona";
import type { SandboxFailure } from "../projects/sandbox/results";
import { agentCommand, parseAgentEnv, secretsIn } from "./agent";
import { readLength, takeOutput } from "./output/decode";
import {
  impossible,
  lostDuring,
  MISCONFIGURED,
  RESTARTED,
  stoppedDuring,
  VERSION_GONE,
  type FailedTurn,
  type TurnWork,
} from "./failures";
import { clean, maskSecrets } from "./output/masking";
import type { PollResult } from "./poll";
import { sessionFields } from "./session";

// A poll is two calls at the most, and holds one of the few places for scheduled functions. Daytona
// answers one within a second or two; a start waits up to ten for its command to begin, and a version takes as long as
// its files are many.
const CALL_TIMEOUT_MS = 30_000;
const KEEP_AWAKE_EVERY_MS = 60_000; // a sandbox idles out after minutes, fifteen unless set otherwise

/** What a sandbox that runs can't do. */
const IMPOSSIBLE: readonly SandboxErrorCode[] = ["TOOL_MISSING", "DISK_FULL"];

type Poll = NonNullable<FunctionReturnType<typeof internal.turns.poll.beginPoll>>;

/** One poll of a turn, for the holder of its lease: starts the agent, or reads its output. */
export const pollTurn = internalAction({
  args: leaseFields,
  returns: v.null(),
  handler: async (ctx, lease): Promise<null> => {
    const poll = await ctx.runQuery(internal.turns.poll.beginPoll, lease);
    if (poll === null) return null;
    const result = await workOrRead(lease.projectId, poll);
    const { sandboxId, session, commandId, restores } = poll;
    const isStart = commandId === undefined && restores === undefined;
    const started = isStart ? { started: { sandboxId, session } } : {};
    await ctx.runMutation(internal.turns.poll.finishPoll, { ...lease, result, ...started });
    return null;
  },
});

/** Ends what a turn has started. Run by the workpool, which tries again when this throws. */
export const endTurnSession = internalAction({
  args: sessionFields,
  returns: v.null(),
  handler: async (_ctx, { sandboxId, session }) => {
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) throw new Error("DAYTONA_API_KEY is not set");
    await client.endSession(sandboxId, session);
    return null;
  },
});

async function workOrRead(projectId: Id<"projects">, poll: Poll): Promise<PollResult> {
  try {
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) return { kind: "failed", ...turnFailureOf(NOT_CONFIGURED) };
    if (poll.restores !== undefined) return await restore(client, poll, poll.restores);
    const agentEnv = parseAgentEnv(env.AGENT_ENV);
    if (agentEnv === null) return misconfigured("AGENT_ENV is not a JSON object of strings");
    return poll.commandId === undefined
      ? await start(client, projectId, poll, agentEnv)
      : await read(client, projectId, { ...poll, commandId: poll.commandId }, agentEnv);
  } catch (error) {
    return afterError(projectId, poll.restores === undefined ? "agent" : "restore", error);
  }
}

async function restore(
  client: SandboxClient,
  { sandboxId, number: order, unfinished }: Poll,
  { number, version }: NonNullable<Poll["restores"]>,
): Promise<PollResult> {
  await client.keepAwake(sandboxId);
  if (unfinished !== undefined) await client.endSession(sandboxId, unfinished);
  const message = `Back to turn ${String(number)}`;
  const restored = await client.restoreVersion(sandboxId, { version, message, order });
  if (restored.kind === "notFound") return { kind: "failed", ...VERSION_GONE };
  if (restored.kind === "superseded") return { kind: "unanswered" }; // this poll comes late, and nobody waits for it
  return { kind: "restored", version: restored.version };
}

async function start(
  client: SandboxClient,
  projectId: Id<"projects">,
  { sandboxId, session, number, prompt, unfinished, afterRestore = false }: Poll,
  agentEnv: Record<string, string>,
): Promise<PollResult> {
  const command = agentCommand();
  if (command === undefined) return misconfigured("AGENT_COMMAND is not set");
  await client.keepAwake(sandboxId);
  // Two at work in one sandbox would spoil each other's work.
  if (unfinished !== undefined) await client.endSession(sandboxId, unfinished);
  if (afterRestore) await endRestore(client, sandboxId, number);
  const { commandId } = await client.startCommand(sandboxId, {
    session,
    command,
    env: {
      ...agentEnv,
      QUAVER_PROMPT: prompt.replaceAll("\0", ""), // which no environment can hold
      QUAVER_PROJECT_ID: projectId,
      QUAVER_TURN: String(number),
    },
  });
  return { kind: "started", commandId };
}

async function read(
  client: SandboxClient,
  projectId: Id<"projects">,
  {
    number,
    sandboxId,
    session,
    commandId,
    offset,
    full,
    inLine,
    awakeAt,
    deadline,
  }: Poll & { commandId: string },
  agentEnv: Record<string, string>,
): Promise<PollResult> {
  const now = Date.now();
  const secrets = secretsIn(agentEnv);
  const limit = full ? 0 : readLength(secrets);
  const withErrors = now >= deadline; // of a command that has ended they are read anyway
  const reading = { session, commandId, offset, limit, withErrors };
  const progress = await client.readCommand(sandboxId, reading);
  if (progress === null) return { kind: "failed", ...RESTARTED };
  const { output, more, exitCode, errors } = progress;
  const isEnd = exitCode !== null && !more;
  // A running command alone does not keep a sandbox from idling out.
  const awake = !isEnd && now - awakeAt >= KEEP_AWAKE_EVERY_MS;
  if (awake) await client.keepAwake(sandboxId);
  const hasVersion = isEnd && exitCode === 0;
  return {
    kind: "progress",
    ...takeOutput(output, { secrets, isEnd, isFull: more, inLine }),
    more,
    exitCode,
    stderr: maskSecrets(clean(errors), secrets, exitCode === null),
    awake,
    ...(hasVersion && (await commitTurn(client, projectId, { sandboxId, number }))),
  };
}

/** Makes a version of what an agent left that ended well. Without one its turn is done all the same. */
async function commitTurn(
  client: SandboxClient,
  projectId: Id<"projects">,
  { sandboxId, number }: Pick<Poll, "sandboxId" | "number">,
): Promise<{ version?: string }> {
  const turn = `Turn ${String(number)}`;
  try {
    return await client.commitVersion(sandboxId, { message: turn, order: number });
  } catch (error) {
    console.error(`${turn} of project ${projectId} has no version. ${describe(error)}`);
    return {};
  }
}

/**
 * Waits until a restore that was cut short is not at work any more, by making a version: the sandbox makes one after the
 * other, and refuses a restore that comes later still. Where it can make none, there is no restore.
 */
async function endRestore(client: SandboxClient, sandboxId: string, number: number): Promise<void> {
  try {
    const message = `Before turn ${String(number)}`;
    await client.commitVersion(sandboxId, { message, order: number });
  } catch (error) {
    if (!isSandboxError(error) || !IMPOSSIBLE.includes(error.code)) throw error;
  }
}

function misconfigured(what: string): PollResult {
  console.error(`${what}: no agent can run until it is.`);
  return { kind: "failed", ...MISCONFIGURED };
}

/** A failure that may pass is waited out, until the turn's deadline. */
function afterError(projectId: Id<"projects">, work: TurnWork, error: unknown): PollResult {
  console.error(`A poll of the turn of project ${projectId} failed. ${describe(error)}`);
  const failure = explainSandboxError(error);
  if (isSandboxError(error)) {
    if (error.retryable) return { kind: "unanswered" };
    if (error.code === "INVALID") return { kind: "failed", ...stoppedDuring(work) };
    if (error.code === "NOT_FOUND") return { kind: "failed", ...lostDuring(work) };
    if (IMPOSSIBLE.includes(error.code)) return { kind: "failed", ...impossible(failure.reason) };
  }
  // The next try creates a sandbox that is gone or broken again.
  const retryable = failure.retryable || failure.sandbox !== "unknown";
  return { kind: "failed", ...turnFailureOf({ ...failure, retryable }) };
}

function turnFailureOf({ reason, retryable, sandbox }: SandboxFailure): FailedTurn {
  return { failure: { reason, retryable }, sandbox };
}

/** The error's kind alone: its words may repeat the call's arguments, the agent's keys too. */
function describe(error: unknown): string {
  if (isSandboxError(error)) return error.code;
  return error instanceof Error ? error.name : "It is no error.";
}
