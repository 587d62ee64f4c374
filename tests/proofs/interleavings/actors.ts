/** Everyone who does something in a run: two tabs, time, sweeps, Daytona and the agent. */
import type { SandboxState } from "@quaver/sandbox";
import { api, internal } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError, type QuaverErrorCode } from "../../../convex/lib/errors.ts";
import { svixHeaders, type SignedInUser } from "../../convex/support/users.ts";
import { daytona, ENVIRONMENT } from "../../convex/support/setup.ts";
import { inFrame } from "./call-frames.ts";
import type { Findings } from "./findings.ts";
import type { AgentAction, Request, SandboxChange, Sweep } from "./plan.ts";
import type { Simulation } from "./simulation.ts";

const { create, retry, start, stop, archive, ensureRunning } = api.projects.actions;
const { previewUrl } = api.projects.actions;
const { start: startTurn, cancel: cancelTurn } = api.turns.mutations;
const { rename, remove } = api.projects.mutations;

const OPERATION_REFUSALS = [
  "NOT_FOUND",
  "INVALID_TRANSITION",
  "OPERATION_IN_PROGRESS",
  "RATE_LIMITED",
] as const;

/** The codes that each function's docstring lists. */
const REFUSALS: Record<Request["name"], readonly QuaverErrorCode[]> = {
  create: ["INVALID_ARGUMENT", "RATE_LIMITED", "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  retry: [...OPERATION_REFUSALS, "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  start: [...OPERATION_REFUSALS, "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  ensureRunning: [...OPERATION_REFUSALS, "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  stop: [...OPERATION_REFUSALS, "SANDBOX_UNAVAILABLE"],
  archive: [...OPERATION_REFUSALS, "SANDBOX_UNAVAILABLE"],
  startTurn: [...OPERATION_REFUSALS, "INVALID_ARGUMENT"],
  cancelTurn: ["NOT_FOUND"],
  previewUrl: [
    ...(["NOT_FOUND", "INVALID_ARGUMENT", "INVALID_TRANSITION"] as const),
    ...(["RATE_LIMITED", "SANDBOX_UNAVAILABLE"] as const),
  ],
  rename: ["NOT_FOUND", "INVALID_ARGUMENT"],
  remove: ["NOT_FOUND"],
};

/** Who calls, and about which projects. */
export interface TabOptions {
  name: string;
  user: SignedInUser;
  /** Every project so far, oldest first. */
  projects: () => Id<"projects">[];
  agent: boolean;
  findings: Findings;
}

const NO_ANSWER = Symbol("no answer");

/** Makes a call, and waits for its answer, or for the death of the process that was to give it. */
export async function ask(request: Request, options: TabOptions): Promise<void> {
  const { name, findings } = options;
  const known = options.projects();
  const projectId = known[request.project % Math.max(1, known.length)];
  if (projectId === undefined && request.name !== "create") return;
  try {
    const answer = await new Promise((resolve, reject) => {
      const abandon = () => resolve(NO_ANSWER);
      inFrame({ name: `${name}'s ${request.name}`, abandon }, () =>
        SENDERS[request.name](options.user, projectId!),
      ).then(resolve, reject);
    });
    findings.note(answer === NO_ANSWER ? "call without an answer" : "call answered");
  } catch (error) {
    checkRefusal(request.name, error, options);
  }
}

function checkRefusal(
  name: Request["name"],
  error: unknown,
  { agent, findings }: TabOptions,
): void {
  if (!isQuaverError(error)) {
    findings.violation(`error: ${name} threw ${String(error)}`);
    return;
  }
  const { code } = error.data;
  findings.note(`refused, ${code}`);
  // All arguments here are valid; only an agent may be missing.
  const expected = code !== "INVALID_ARGUMENT" || (name === "startTurn" && !agent);
  if (!REFUSALS[name].includes(code) || !expected) {
    findings.violation(`refusal: ${name} was refused with ${code}`);
  }
}

type Send = (user: SignedInUser, projectId: Id<"projects">) => Promise<unknown>;

/** The calls; all of their arguments are valid. */
const SENDERS: Record<Request["name"], Send> = {
  create: (user) => user.action(create, { name: "Tetris", prompt: "Falling blocks" }),
  retry: (user, projectId) => user.action(retry, { projectId }),
  start: (user, projectId) => user.action(start, { projectId }),
  stop: (user, projectId) => user.action(stop, { projectId }),
  archive: (user, projectId) => user.action(archive, { projectId }),
  ensureRunning: (user, projectId) => user.action(ensureRunning, { projectId }),
  startTurn: (user, projectId) => user.mutation(startTurn, { projectId, prompt: "Faster" }),
  cancelTurn: (user, projectId) => user.mutation(cancelTurn, { projectId }),
  previewUrl: (user, projectId) => user.action(previewUrl, { projectId }),
  rename: (user, projectId) => user.mutation(rename, { projectId, name: "Blocks" }),
  remove: (user, projectId) => user.mutation(remove, { projectId }),
};

/** Lets time pass. */
export async function passTime({ steps }: Simulation, ms: number): Promise<void> {
  await steps.turn(`${ms / 1000} s pass`);
  steps.skip(ms);
}

/** The cron, or an operator, starts a sweep. */
export async function sweep({ t }: Simulation, { name, force }: Sweep): Promise<void> {
  await t.mutation(internal.projects.reconcile.sweep[name], force ? { force } : {});
}

/** A sandbox changes without the backend having asked for it. */
export async function changeSandbox(
  { steps, findings }: Simulation,
  { state, sandbox }: SandboxChange,
): Promise<void> {
  await steps.turn(`a sandbox becomes ${state} by itself`);
  const ids = [...daytona.sandboxes.keys()];
  const id = ids[sandbox % Math.max(1, ids.length)];
  if (id === undefined) return;
  daytona.drift(id, state);
  findings.note("sandbox changed by itself");
}

/** The agent does something, if one is running. */
export async function agentActs({ steps }: Simulation, agentAction: AgentAction): Promise<void> {
  await steps.turn(`the agent ${agentAction}`);
  const agent = daytona.commands.find(({ exitCode }) => exitCode === null);
  if (agent === undefined) return;
  agent.output += "A line\n";
  if (agentAction !== "says") agent.exitCode = agentAction === "ends well" ? 0 : 1;
}

/** Daytona's webhook: sends each change of a sandbox's state, some time after it, as often as planned. */
export class Webhook {
  readonly #simulation: Simulation;
  readonly #deliveries: number[];
  #known = new Map<string, SandboxState>();

  constructor(simulation: Simulation, deliveries: readonly number[]) {
    this.#simulation = simulation;
    this.#deliveries = [...deliveries];
    this.#known = states();
  }

  /** Sends what has changed since the last time. */
  sendChanges(): void {
    const known = this.#known;
    this.#known = states();
    for (const [id, state] of this.#known) if (known.get(id) !== state) this.#send(id, state);
    for (const id of known.keys()) if (!this.#known.has(id)) this.#send(id, "destroyed");
  }

  #send(id: string, newState: SandboxState): void {
    const updatedAt = new Date().toISOString();
    const event = { event: "sandbox.state.updated", timestamp: updatedAt, id, newState, updatedAt };
    const times = this.#deliveries.shift() ?? 1;
    for (let i = 0; i < times; i++) void this.#deliver(JSON.stringify(event), `${id} ${newState}`);
  }

  async #deliver(body: string, what: string): Promise<void> {
    const { t, steps, findings } = this.#simulation;
    await steps.turn(`Daytona sends ${what}`);
    const headers = svixHeaders(body, { secret: ENVIRONMENT.DAYTONA_WEBHOOK_SECRET });
    const { status } = await t.fetch("/daytona-webhook", { method: "POST", body, headers });
    findings.note("webhook");
    if (status !== 200) findings.violation(`error: Daytona's webhook was answered ${status}`);
  }
}

function states(): Map<string, SandboxState> {
  return new Map([...daytona.sandboxes.values()].map(({ id, state }) => [id, state]));
}
