/** What happens at Daytona by itself, and its webhook. */
import type { SandboxState } from "@quaver/sandbox";
import { svixHeaders } from "../../convex/support/users.ts";
import { daytona, ENVIRONMENT } from "../../convex/support/setup.ts";
import type { Plan } from "./plan.ts";
import type { Simulation } from "./run.ts";

/** A sandbox changes without the backend having asked for it. */
export async function changeSandbox(
  { steps, findings }: Simulation,
  { state, sandbox }: Plan["sandboxChanges"][number],
): Promise<void> {
  await steps.turn(`a sandbox becomes ${state} by itself`);
  const ids = [...daytona.sandboxes.keys()];
  const id = ids[sandbox % Math.max(1, ids.length)];
  if (id === undefined) return;
  daytona.drift(id, state);
  findings.note("sandbox changed by itself");
}

/** A line of an agent's output that is a step. */
export const STEP_LINE = `::step:: {"title":"Wrote a line","status":"running"}\n`;

/** The agent does something, if one is running: it says and writes a line, as a step. */
export async function agentActs(
  { steps }: Simulation,
  action: Plan["agentActions"][number],
): Promise<void> {
  await steps.turn(`the agent ${action}`);
  const agent = daytona.commands.find(({ exitCode }) => exitCode === null);
  if (agent === undefined) return;
  agent.output += `A line\n${STEP_LINE}`;
  daytona.app(agent.sandboxId).files.set("lines.txt", agent.output);
  if (action !== "says") agent.exitCode = action === "ends well" ? 0 : 1;
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
