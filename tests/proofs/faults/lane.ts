/** A world that goes back to where it began before each case, so that no case finds what another has left. */
import { cpSync, rmSync } from "node:fs";
import type { ConvexHttpClient } from "convex/browser";
import { httpClient } from "../../support/clients.ts";
import { freshToken, listSandboxes, type Person } from "../../support/emulators.ts";
import { setEnvironment, startWorld, type World } from "../../support/world.ts";

/** Nothing but the driver sweeps: "after at most one sweep" is to mean that. */
const NO_CRONS = `
import { cronJobs } from "convex/server";
export default cronJobs();
`;

/**
 * What is waited for takes two looks, on however slow a machine: each time an operation is played it makes the calls
 * that it was recorded to make.
 */
const DELAYS_MS = {
  create: "until seen",
  start: "until seen",
  stop: "until seen",
  archive: 0,
  destroy: 0,
} as const;

/** An agent that says two lines, one of them a moment later. */
const AGENT = "printf 'one\\n'; sleep 0.3; printf 'two\\n'";

/** The names of the emulators. */
export const SERVICES = ["clerk", "daytona", "stripe"] as const;
/** See `SERVICES`. */
export type Service = (typeof SERVICES)[number];

/** See above. Clerk and Daytona don't tell by webhook what happens: that would put right what the sweep must. */
export class Lane {
  readonly #snapshot: string;
  #up: Promise<void> = Promise.resolve();
  /** Whether the deployment has been killed since the case began. */
  wasKilled = false;

  private constructor(readonly world: World) {
    this.#snapshot = `${world.deployment.dataDir}-snapshot`;
  }

  static async start(): Promise<Lane> {
    const world = await startWorld({
      webhooks: false,
      modules: { "crons.ts": NO_CRONS },
      daytona: { delaysMs: DELAYS_MS },
    });
    world.stripe.setWebhook({ url: `${world.deployment.siteUrl}/stripe/webhook` });
    const lane = new Lane(world);
    await world.deployment.stop();
    cpSync(world.deployment.dataDir, lane.#snapshot, { recursive: true });
    return lane;
  }

  /** As on the first day: nobody, nothing, and no faults. */
  async renew(): Promise<void> {
    const { deployment } = this.world;
    await this.#up;
    await deployment.kill();
    rmSync(deployment.dataDir, { recursive: true, force: true });
    cpSync(this.#snapshot, deployment.dataDir, { recursive: true });
    this.clearFaults();
    for (const { id } of await this.sandboxes()) await this.#deleteSandbox(id);
    await deployment.restart();
    this.wasKilled = false;
  }

  /** `kill -9`, and a new start. */
  async kill(): Promise<void> {
    const { deployment } = this.world;
    this.wasKilled = true;
    const gone = deployment.kill();
    this.#up = gone.then(() => deployment.restart());
    await gone;
  }

  /** Once the deployment is there (again). */
  async up(): Promise<void> {
    await this.#up;
  }

  clearFaults(): void {
    for (const service of SERVICES) this.world[service].faults.clear();
  }

  /** The official client, signed in. */
  async clientOf(person: Person): Promise<ConvexHttpClient> {
    await this.up();
    const { clerk, deployment } = this.world;
    return httpClient(deployment.url, await freshToken({ clerkUrl: clerk.url }, person));
  }

  async setAgent(isThere: boolean): Promise<void> {
    await setEnvironment(this.world.deployment, { AGENT_COMMAND: isThere ? AGENT : "" });
  }

  /** The sandboxes that Daytona has. */
  async sandboxes() {
    const { url, apiKey } = this.world.daytona;
    return await listSandboxes({ daytonaUrl: url, daytonaApiKey: apiKey });
  }

  async close(): Promise<void> {
    await this.#up;
    rmSync(this.#snapshot, { recursive: true, force: true });
    await this.world.close();
  }

  async #deleteSandbox(id: string): Promise<void> {
    const { url, apiKey } = this.world.daytona;
    const headers = { authorization: `Bearer ${apiKey}` };
    await fetch(`${url}/sandbox/${id}`, { headers }); // ends what may be under way
    await fetch(`${url}/sandbox/${id}`, { headers, method: "DELETE" });
  }
}
