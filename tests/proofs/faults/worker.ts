/** One worker of the fault matrix: a world that is reset before each case, so that no case finds what another left. */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { anyApi, type ApiFromModules } from "convex/server";
import { listSandboxes } from "../../support/emulators.ts";
import { readTable, runMutation } from "../../support/operator.ts";
import { askService, SERVICES } from "../../support/services.ts";
import { setEnvironment, startWorld, type World } from "../../support/world.ts";
import type * as rowsModule from "./rows.ts";

/** Typed as `_generated/api` would type it, beside the app's own. */
export const { rows } = anyApi as unknown as ApiFromModules<{ rows: typeof rowsModule }>;

/** The sweep runs only when a case runs it: "after at most one sweep" is to mean that. */
const NO_CRONS = `
import { cronJobs } from "convex/server";
export default cronJobs();
`;

/**
 * A state that is waited for is there at the second poll, however slow the machine is: each time an operation is run
 * it makes the calls that were recorded.
 */
const DELAYS_MS = {
  create: "until seen",
  start: "until seen",
  stop: "until seen",
  archive: 0,
  destroy: 0,
} as const;

/**
 * An agent that writes its prompt to a file, as a step, and repeats it: each word once the one before it has been heard,
 * so that each is a chunk of its own, and a turn makes the same calls each time. A prompt that begins with "Fail" fails
 * the first time.
 */
const AGENT = `
case "$QUAVER_PROMPT" in Fail*) if [ ! -e failed ]; then touch failed; exit 3; fi ;; esac
mkdir -p app
printf '%s' "$QUAVER_PROMPT" > app/prompt.txt
echo '::step:: {"title":"Wrote prompt.txt","status":"running"}'
said=1
for word in $QUAVER_PROMPT; do
  printf '%s ' "$word"
  said=$((said + 1))
  until [ -e "$HOME/quaver-turn-$QUAVER_TURN-$said" ]; do sleep 0.05; done
done`;

/** How many steps a turn of the agent has. */
export const STEPS = 1;

/** What the agent says to a prompt, whatever has happened meanwhile. */
export function answerTo(prompt: string): string {
  return `${prompt} `;
}

/** Clerk and Daytona send no webhooks: those would repair what the sweep must. */
export class Worker {
  /** The data of a deployment with the functions and nothing else. */
  readonly #pushed: string;
  #up: Promise<void> = Promise.resolve();
  /** Whether the deployment has an agent. */
  #hasAgent = false;
  /** Whether the deployment has been killed since the case began. */
  wasKilled = false;
  /** Whether the deployment runs, and the case before has left it at rest: then its rows are all that is to go. */
  isReusable = false;

  private constructor(readonly world: World) {
    this.#pushed = `${world.deployment.dataDir}-pushed`;
  }

  /** @param pushed - another worker, whose deployment has been pushed to: once is enough for all */
  static async start(pushed?: Worker): Promise<Worker> {
    const source = readFileSync(new URL("./rows.ts", import.meta.url), "utf8");
    // It is typed where it stands, and runs in `convex/`.
    const inConvex = source.replaceAll("../../../convex", ".");
    const world = await startWorld({
      webhooks: false,
      modules: { "crons.ts": NO_CRONS, "rows.ts": inConvex },
      daytona: { delaysMs: DELAYS_MS },
      ...(pushed && { pushed: pushed.#pushed }),
    });
    world.stripe.setWebhook({ url: `${world.deployment.siteUrl}/stripe/webhook` });
    const worker = new Worker(world);
    await world.deployment.stop();
    cpSync(world.deployment.dataDir, worker.#pushed, { recursive: true });
    return worker;
  }

  /** An empty database with the functions pushed, no sandboxes, and no faults. */
  async reset(): Promise<void> {
    const { deployment } = this.world;
    await this.#up;
    this.clearFaults();
    for (const { id } of await this.sandboxes()) {
      await askService(this.world, "daytona", `/sandbox/${id}`); // completes a change that is under way
      await askService(this.world, "daytona", `/sandbox/${id}`, { method: "DELETE" });
    }
    if (this.isReusable && (await readTable(deployment, "work", "workpool")).length === 0) {
      await runMutation(deployment, rows.deleteAll, {});
    } else {
      await this.#startAnew();
    }
    this.wasKilled = false;
    this.isReusable = false;
  }

  async #startAnew(): Promise<void> {
    const { deployment } = this.world;
    await deployment.kill();
    rmSync(deployment.dataDir, { recursive: true, force: true });
    cpSync(this.#pushed, deployment.dataDir, { recursive: true });
    await deployment.restart();
    this.#hasAgent = false;
  }

  /** `kill -9`, and a new start. */
  async kill(): Promise<void> {
    const { deployment } = this.world;
    this.wasKilled = true;
    const gone = deployment.kill();
    this.#up = gone.then(() => deployment.restart());
    await gone;
  }

  /** Waits until the deployment is there (again). */
  async up(): Promise<void> {
    await this.#up;
  }

  clearFaults(): void {
    for (const service of SERVICES) this.world[service].faults.clear();
  }

  async setAgent(isConfigured: boolean): Promise<void> {
    if (isConfigured === this.#hasAgent) return;
    this.#hasAgent = isConfigured;
    await setEnvironment(this.world.deployment, { AGENT_COMMAND: isConfigured ? AGENT : "" });
  }

  /** Lets the agent of a turn say its next word, of which it is the `nth`. */
  letAgentGoOn(sandboxId: string, session: string, nth: number): void {
    try {
      writeFileSync(join(this.#home(sandboxId), `${session}-${nth}`), "");
    } catch {
      // The sandbox has been deleted meanwhile.
    }
  }

  /** The prompt that the agent has written, as a version of the app has it; without one, as it is now. */
  writtenPrompt(sandboxId: string, version?: string): string {
    const home = this.#home(sandboxId);
    if (version === undefined) return readFileSync(join(home, "app", "prompt.txt"), "utf8");
    const repository = `--git-dir=${join(home, ".quaver", "versions.git")}`;
    const show = ["-c", "safe.directory=*", repository, "show", `${version}:prompt.txt`];
    return execFileSync("git", show, { encoding: "utf8" });
  }

  #home(sandboxId: string): string {
    return join(dirname(this.world.project), "daytona", "sandboxes", sandboxId, "home");
  }

  /** The sandboxes that Daytona has. */
  async sandboxes() {
    const { url, apiKey } = this.world.daytona;
    return await listSandboxes({ daytonaUrl: url, daytonaApiKey: apiKey });
  }

  async close(): Promise<void> {
    await this.#up;
    rmSync(this.#pushed, { recursive: true, force: true });
    await this.world.close();
  }
}
