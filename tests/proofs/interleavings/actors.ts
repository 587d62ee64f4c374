/** All that happens beside the tabs: time, sweeps, and what Daytona and the agent do by themselves. */
import type { SandboxState } from "@quaver/sandbox";
import { internal } from "../../../convex/_generated/api.js";
import { svixHeaders } from "../../convex/people.ts";
import { daytona, ENVIRONMENT } from "../../convex/setup.ts";
import type { AgentDeed, Drift, Sweep } from "./plan.ts";
import type { World } from "./world.ts";

/** Time passes, at once for everyone. */
export async function timePasses({ pace }: World, ms: number): Promise<void> {
  await pace.turn(`${ms / 1000} s pass`);
  pace.skip(ms);
}

/** The cron, or an operator, begins a sweep. */
export async function sweep({ t }: World, { name, impatient }: Sweep): Promise<void> {
  await t.mutation(internal.projects.sweep[name], impatient ? { impatient } : {});
}

/** Something becomes of a sandbox without the backend asking for it. */
export async function drift({ pace, findings }: World, { state, sandbox }: Drift): Promise<void> {
  await pace.turn(`a sandbox is ${state} by itself`);
  const ids = [...daytona.sandboxes.keys()];
  const id = ids[sandbox % Math.max(1, ids.length)];
  if (id === undefined) return;
  daytona.drift(id, state);
  findings.note("drift");
}

/** The agent goes on, if there is one that runs. */
export async function agentDoes({ pace }: World, deed: AgentDeed): Promise<void> {
  await pace.turn(`the agent ${deed}`);
  const agent = daytona.commands.find(({ exitCode }) => exitCode === null);
  if (agent === undefined) return;
  agent.output += "A line\n";
  if (deed !== "says") agent.exitCode = deed === "ends well" ? 0 : 1;
}

/** Daytona's webhook: each change of a sandbox's state, some time after it, as often as it is told. */
export class Webhook {
  readonly #world: World;
  readonly #deliveries: number[];
  #known = new Map<string, SandboxState>();

  constructor(world: World, deliveries: readonly number[]) {
    this.#world = world;
    this.#deliveries = [...deliveries];
    this.#known = states();
  }

  /** Looks at what has changed since the last time. */
  look(): void {
    const known = this.#known;
    this.#known = states();
    for (const [id, state] of this.#known) if (known.get(id) !== state) this.#tell(id, state);
    for (const id of known.keys()) if (!this.#known.has(id)) this.#tell(id, "destroyed");
  }

  #tell(id: string, newState: SandboxState): void {
    const updatedAt = new Date().toISOString();
    const event = { event: "sandbox.state.updated", timestamp: updatedAt, id, newState, updatedAt };
    const times = this.#deliveries.shift() ?? 1;
    for (let i = 0; i < times; i++) void this.#deliver(JSON.stringify(event), `${id} ${newState}`);
  }

  async #deliver(body: string, what: string): Promise<void> {
    const { t, pace, findings } = this.#world;
    await pace.turn(`Daytona tells that ${what}`);
    const headers = svixHeaders(body, { secret: ENVIRONMENT.DAYTONA_WEBHOOK_SECRET });
    const { status } = await t.fetch("/daytona-webhook", { method: "POST", body, headers });
    findings.note("webhook");
    if (status !== 200) findings.violation(`broken: Daytona's webhook was answered ${status}`);
  }
}

function states(): Map<string, SandboxState> {
  return new Map([...daytona.sandboxes.values()].map(({ id, state }) => [id, state]));
}
