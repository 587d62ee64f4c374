"use node";
/** The agent's command in its sandbox: started once, and polled until it ends. */
import { isSandboxError, type SandboxClient } from "@quaver/sandbox";
import type { FunctionReturnType } from "convex/server";
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { internalAction } from "../_generated/server";
import { env } from "../lib/env";
import { leaseFields } from "../projects/lease";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import { NOT_CONFIGURED, explainSandboxError, sandboxClient } from "../projects/sandbox/daytona";
import { agentCommand, parseAgentEnv } from "./agent";
import { readLength, takeOutput } from "./decode";
import { clean, maskSecrets, secretsOf, type Secrets } from "./masking";
import type { PollResult } from "./poll";
import { sessionFields } from "./session";

// A poll is two calls at the most, and holds one of the few places for scheduled functions. Daytona
// answers one within a second or two; a start waits up to ten for its command to begin.
const CALL_TIMEOUT_MS = 30_000;
const KEEP_AWAKE_EVERY_MS = 60_000; // a sandbox idles out after minutes, fifteen unless set otherwise

type Poll = NonNullable<FunctionReturnType<typeof internal.turns.poll.beginPoll>>;

/** One poll of a turn, for the holder of its lease: starts the agent, or reads its output. */
export const pollTurn = internalAction({
  args: leaseFields,
  returns: v.null(),
  handler: async (ctx, lease): Promise<null> => {
    const poll = await ctx.runQuery(internal.turns.poll.beginPoll, lease);
    if (poll === null) return null;
    const result = await startOrRead(lease.projectId, poll);
    const { sandboxId, session, commandId } = poll;
    const started = commandId === undefined ? { started: { sandboxId, session } } : {};
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

async function startOrRead(projectId: Id<"projects">, poll: Poll): Promise<PollResult> {
  try {
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) return { kind: "failed", ...NOT_CONFIGURED };
    const agentEnv = parseAgentEnv(env.AGENT_ENV);
    if (agentEnv === null) return misconfigured("AGENT_ENV is not a JSON object of strings");
    return poll.commandId === undefined
      ? await start(client, projectId, poll, agentEnv)
      : await read(client, projectId, { ...poll, commandId: poll.commandId }, agentEnv);
  } catch (error) {
    return afterError(projectId, error);
  }
}

async function start(
  client: SandboxClient,
  projectId: Id<"projects">,
  { sandboxId, session, number, prompt }: Poll,
  agentEnv: Record<string, string>,
): Promise<PollResult> {
  const command = agentCommand();
  if (command === undefined) return misconfigured("AGENT_COMMAND is not set");
  await client.keepAwake(sandboxId);
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
  { sandboxId, session, commandId, offset, full, awakeAt }: Poll & { commandId: string },
  agentEnv: Record<string, string>,
): Promise<PollResult> {
  // A running command alone does not keep a sandbox from idling out.
  const awake = Date.now() - awakeAt >= KEEP_AWAKE_EVERY_MS;
  if (awake) await client.keepAwake(sandboxId);
  const secrets = secretsOf(agentEnv);
  const limit = full ? 0 : readLength(secrets);
  const progress = await client.readCommand(sandboxId, { session, commandId, offset, limit });
  if (progress === null) {
    const reason = "The sandbox was restarted while the agent worked.";
    return { kind: "failed", reason, retryable: true, sandbox: "unknown" };
  }
  const { output, more, exitCode, errors } = progress;
  const isEnd = exitCode !== null && !more;
  if (isEnd && exitCode !== 0) logFailure(projectId, exitCode, errors, secrets);
  return {
    kind: "progress",
    ...takeOutput(output, { secrets, isEnd, isFull: more }),
    more,
    exitCode,
    awake,
  };
}

/** One line for the operator, who has no other way to see the agent's standard error. */
function logFailure(
  projectId: Id<"projects">,
  exitCode: number,
  errors: string,
  secrets: Secrets,
): void {
  const words = maskSecrets(clean(errors), secrets);
  // Quoted, so that it stays one line; and masked again, as quoting may create a secret.
  const quoted = maskSecrets(JSON.stringify(words), secrets);
  console.error(
    `The agent of project ${projectId} ended with exit code ${String(exitCode)}: ${quoted}`,
  );
}

function misconfigured(what: string): PollResult {
  console.error(`${what}: no agent can run until it is.`);
  const reason = "The agent is not set up on this deployment yet.";
  return { kind: "failed", reason, retryable: false, sandbox: "unknown" };
}

/** A failure that may pass is waited out, until the turn's deadline. */
function afterError(projectId: Id<"projects">, error: unknown): PollResult {
  console.error(`A poll of the agent of project ${projectId} failed. ${describe(error)}`);
  if (isSandboxError(error) && error.retryable) return { kind: "unanswered" };
  if (isSandboxError(error) && error.code === "INVALID") {
    const reason = "The sandbox was stopped while the agent worked.";
    return { kind: "failed", reason, retryable: true, sandbox: "unknown" };
  }
  const failure = explainSandboxError(error);
  // The next try creates a sandbox that is gone or broken again.
  const retryable = failure.retryable || failure.sandbox !== "unknown";
  return { kind: "failed", ...failure, retryable };
}

/** The error's kind alone: its words may repeat the call's arguments, the agent's keys too. */
function describe(error: unknown): string {
  if (isSandboxError(error)) return error.code;
  return error instanceof Error ? error.name : "It is no error.";
}
