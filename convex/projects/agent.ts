"use node";
/** The agent in its sandbox: started once, and looked at until it ends. */
import { isSandboxError, type SandboxClient } from "@quaver/sandbox";
import type { FunctionReturnType } from "convex/server";
import { v } from "convex/values";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { internalAction } from "../_generated/server";
import { agentCommand, parseAgentEnv } from "../lib/agent";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import { NOT_CONFIGURED, explainSandboxError, sandboxClient } from "../lib/daytona";
import { env } from "../lib/env";
import { clean, maskSecrets, secretsOf, type Secrets } from "../lib/masking";
import { readLength, takeOutput } from "./agentBytes";
import { leaseFields } from "./lease";
import { sessionFields, type TurnReport } from "./outcomes";

// A look is two calls at the most, and holds one of the few places for scheduled functions. Daytona
// answers one within a second or two; a start waits up to ten for its command to begin.
const CALL_TIMEOUT_MS = 30_000;
const KEEP_AWAKE_EVERY_MS = 60_000; // a sandbox idles out after minutes, fifteen unless set otherwise

type Task = NonNullable<FunctionReturnType<typeof internal.projects.turns.task>>;

/** One look at a turn, for the holder of its lease: starts the agent, or reads what it has said. */
export const look = internalAction({
  args: leaseFields,
  returns: v.null(),
  handler: async (ctx, lease): Promise<null> => {
    const task = await ctx.runQuery(internal.projects.turns.task, lease);
    if (task === null) return null;
    const report = await lookAt(lease.projectId, task);
    const { sandboxId, session, commandId } = task;
    const found = {
      ...lease,
      report,
      ...(commandId === undefined && { started: { sandboxId, session } }),
    };
    await ctx.runMutation(internal.projects.turnReports.write, found);
    return null;
  },
});

/** Ends what a turn has started. Run by the workpool, which tries again when this throws. */
export const endSession = internalAction({
  args: sessionFields,
  returns: v.null(),
  handler: async (_ctx, { sandboxId, session }) => {
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) throw new Error("DAYTONA_API_KEY is not set");
    await client.endSession(sandboxId, session);
    return null;
  },
});

async function lookAt(projectId: Id<"projects">, task: Task): Promise<TurnReport> {
  try {
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) return { kind: "failed", ...NOT_CONFIGURED };
    const agentEnv = parseAgentEnv(env.AGENT_ENV);
    if (agentEnv === null) return misconfigured("AGENT_ENV is not a JSON object of strings");
    return task.commandId === undefined
      ? await start(client, projectId, task, agentEnv)
      : await read(client, projectId, { ...task, commandId: task.commandId }, agentEnv);
  } catch (error) {
    return afterError(projectId, error);
  }
}

async function start(
  client: SandboxClient,
  projectId: Id<"projects">,
  { sandboxId, session, number, prompt }: Task,
  agentEnv: Record<string, string>,
): Promise<TurnReport> {
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
  { sandboxId, session, commandId, offset, full, awakeAt }: Task & { commandId: string },
  agentEnv: Record<string, string>,
): Promise<TurnReport> {
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

/** One line for the operator, who has no other way to see what the agent said for its log. */
function logFailure(
  projectId: Id<"projects">,
  exitCode: number,
  errors: string,
  secrets: Secrets,
): void {
  const said = maskSecrets(clean(errors), secrets);
  // Quoted, so that it stays one line; and masked again, as quoting may make a secret of what was none.
  const quoted = maskSecrets(JSON.stringify(said), secrets);
  console.error(
    `The agent of project ${projectId} ended with exit code ${String(exitCode)}: ${quoted}`,
  );
}

function misconfigured(what: string): TurnReport {
  console.error(`${what}: no agent can run until it is.`);
  const reason = "The agent is not set up on this deployment yet.";
  return { kind: "failed", reason, retryable: false, sandbox: "unknown" };
}

/** A failure that may pass is waited out, as long as the turn has time. */
function afterError(projectId: Id<"projects">, error: unknown): TurnReport {
  console.error(`A look at the agent of project ${projectId} failed. ${describe(error)}`);
  if (isSandboxError(error) && error.retryable) return { kind: "unanswered" };
  if (isSandboxError(error) && error.code === "INVALID") {
    const reason = "The sandbox was stopped while the agent worked.";
    return { kind: "failed", reason, retryable: true, sandbox: "unknown" };
  }
  const failure = explainSandboxError(error);
  // A sandbox that is gone or broken is made anew by the next try.
  const retryable = failure.retryable || failure.sandbox !== "unknown";
  return { kind: "failed", ...failure, retryable };
}

/** Its kind alone: the words of an error may repeat what the call was given, the agent's keys too. */
function describe(error: unknown): string {
  if (isSandboxError(error)) return error.code;
  return error instanceof Error ? error.name : "It is no error.";
}
