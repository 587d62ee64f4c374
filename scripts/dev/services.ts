import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startLocalDeployment } from "@quaver/local-deployment";
import {
  startClerkEmulator,
  startDaytonaEmulator,
  startModelEmulator,
  startStripeEmulator,
  type ModelEmulator,
} from "@quaver/emulators";
import { prepareRealAgent, REAL_AGENT } from "./agent/agent.ts";
import type { DevOptions } from "./options.ts";
import { recall, remember, type Memory } from "./process/memory.ts";
import { buildDemoAgent, DEMO_AGENT } from "./example/demo-agent.ts";
import { exampleUrl, startExample } from "./example/server.ts";
import { choosePorts, type ChosenPorts } from "./process/ports.ts";
import { retryWhileInUse } from "./process/retry-while-in-use.ts";
import { emulatorVariables } from "./convex/emulator-variables.ts";
import { setVariables, type Variables } from "./convex/variables.ts";

/** Between two pieces of the emulated model's answers, in milliseconds: slow enough to watch. */
const PACE_MS = 4;

/** Everything that `bun run dev` runs beside the CLI, and where it is. */
export interface Services {
  url: string;
  siteUrl: string;
  adminKey: string;
  /** When the functions that are there were pushed, in milliseconds since 1970. */
  pushedAt(): Promise<number>;
  clerkUrl: string;
  daytonaUrl: string;
  daytonaApiKey: string;
  stripeUrl: string;
  /** Where the emulated model of the real agent is, if that runs with it. */
  modelUrl?: string;
  /** Where the example is, if it was asked for. */
  exampleUrl?: string;
  /** Resolves once that answers. @throws CommandFailure `EXAMPLE_FAILED` */
  exampleReady(): Promise<void>;
  /** Who had to move on from a port that is in use. */
  moved: ChosenPorts["moved"];
  /** Stops all of it; data stays. */
  close(): Promise<void>;
}

/** Told what is ready, for people. */
type OnReady = (what: string) => void;

/** Collects what has been started, to stop all of it. */
class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(private readonly onReady: OnReady) {}

  /** @param what it is, for people; whatever has none is ready later */
  async add<T extends { close(): Promise<void> }>(
    starting: Promise<T> | T,
    what?: string,
  ): Promise<T> {
    const started = await starting;
    this.#closers.unshift(() => started.close());
    if (what !== undefined) this.onReady(what);
    return started;
  }

  async close(): Promise<void> {
    const results = await Promise.allSettled(this.#closers.map((close) => close()));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }
}

/**
 * Starts the local deployment and the emulators on a data folder, and makes them known to each other.
 * The deployment comes first: it holds the folder's lock.
 * @param onReady told of each as it becomes ready
 * @throws CommandFailure `ALREADY_RUNNING`
 */
export async function startServices(
  options: DevOptions,
  onReady: OnReady = () => undefined,
): Promise<Services> {
  const { dataDir, freePorts } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (options.agent) await prepareRealAgent();
  else if (options.example) await buildDemoAgent();
  return await retryWhileInUse(dataDir, async (insist) => {
    const memory = recall(dataDir);
    const chosen = await choosePorts(memory.ports, { freePorts, insist });
    return await startOn(options, chosen, memory, onReady);
  });
}

async function startOn(
  options: DevOptions,
  { ports, moved }: ChosenPorts,
  memory: Memory,
  onReady: OnReady,
): Promise<Services> {
  const { dataDir, example, built, keepContexts, origins: others } = options;
  const agent = options.agent ? REAL_AGENT : example ? DEMO_AGENT : undefined;
  const closers = new Closers(onReady);
  const siteUrl = exampleUrl(ports.example);
  const origins = [siteUrl, ...others];
  try {
    const deployment = await closers.add(
      startLocalDeployment({
        port: ports.deployment,
        sitePort: ports.site,
        dataDir: join(dataDir, "deployment"),
        keepContexts,
        egress: { "api.stripe.com": `http://127.0.0.1:${ports.stripe}` },
      }),
      "Deployment",
    );
    const clerk = await closers.add(
      startClerkEmulator({ port: ports.clerk, dataDir: join(dataDir, "clerk"), origins }),
      "Clerk emulator",
    );
    clerk.setWebhook({ url: `${deployment.siteUrl}/clerk-users-webhook` });
    const daytona = await closers.add(
      startDaytonaEmulator({
        port: ports.daytona,
        dataDir: join(dataDir, "daytona"),
        origins,
        reservedPorts: Object.values(ports),
        ...(agent && { entrypoint: agent.entrypoint }),
      }),
      "Daytona emulator",
    );
    daytona.setWebhook({ url: `${deployment.siteUrl}/daytona-webhook` });
    const stripe = await closers.add(
      startStripeEmulator({ port: ports.stripe, dataDir: join(dataDir, "stripe"), origins }),
      "Stripe emulator",
    );
    stripe.setWebhook({ url: `${deployment.siteUrl}/stripe/webhook` });
    const model =
      options.agent && options.modelEnv === undefined
        ? await closers.add(
            startModelEmulator({
              port: ports.model,
              dataDir: join(dataDir, "model"),
              paceMs: PACE_MS,
            }),
            "Model emulator",
          )
        : undefined;
    const variables = await setVariables(
      deployment,
      {
        ...(agent && { AGENT_COMMAND: agent.command }),
        ...agentEnv(options.modelEnv ?? (model && variablesOf(model)), memory),
        ...emulatorVariables({ clerk, daytona, stripe, siteUrl }),
      },
      memory.variables,
    );
    remember(dataDir, { variables, ports });
    const urls = { url: deployment.url, clerkUrl: clerk.url };
    const served = example
      ? await closers.add(startExample({ port: ports.example, dataDir, built, ...urls }))
      : undefined;
    return {
      url: deployment.url,
      siteUrl: deployment.siteUrl,
      adminKey: deployment.adminKey,
      pushedAt: () => deployment.pushedAt(),
      clerkUrl: clerk.url,
      daytonaUrl: daytona.url,
      daytonaApiKey: daytona.apiKey,
      stripeUrl: stripe.url,
      ...(model && { modelUrl: model.url }),
      ...(served && { exampleUrl: siteUrl }),
      exampleReady: () => served?.ready ?? Promise.resolve(),
      moved,
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** By these, the real agent uses the emulated model. */
function variablesOf({ url, apiKey, model }: ModelEmulator): Variables {
  return {
    QUAVER_MODEL_BASE_URL: `${url}/v1`,
    QUAVER_MODEL_API_KEY: apiKey,
    QUAVER_MODEL: model,
  };
}

/** `AGENT_ENV`, emptied where the agent of an earlier start had one: no other agent is to have its keys. */
function agentEnv(model: Variables | undefined, { variables }: Memory): Variables {
  if (model !== undefined) return { AGENT_ENV: JSON.stringify(model) };
  return "AGENT_ENV" in variables ? { AGENT_ENV: "" } : {};
}
