import { isAbsolute, resolve } from "node:path";
import type { Egress } from "./actions/egress.ts";
import { DeploymentError, messageOf } from "./lib/errors.ts";
import { lockDataFolder } from "./storage/database.ts";
import { ensureDataFolder } from "./storage/private_files.ts";
import { Subscriptions } from "./sync/subscriptions.ts";
import { MAX_TIMER_MS, withDeadline } from "./lib/timers.ts";
import { ActionPool } from "./application/action_pool.ts";
import { loadAdminKey } from "./application/admin_key.ts";
import { Authenticator } from "./application/authenticator.ts";
import { ClientCalls } from "./application/client_calls.ts";
import { EngineClient } from "./application/engine_client.ts";
import { JobLoop } from "./application/job_loop.ts";
import { knobsOf, type Knobs } from "./limits/knobs.ts";
import { openOrigins, reservePort } from "./server/listen.ts";
import { LogStream } from "./application/log_stream.ts";
import { PushService } from "./application/push_service.ts";
import { Site } from "./server/site.ts";

/** How to start a deployment. */
export interface LocalDeploymentOptions {
  /** The folder of the data file and the admin key; created if it does not exist. */
  readonly dataDir: string;
  /** Of the deployment itself; 0, the default, takes any free one. */
  readonly port?: number;
  /** Of HTTP actions; 0, the default, takes any free one. */
  readonly sitePort?: number;
  /** Host names whose requests functions' `fetch` redirects, such as `{"api.stripe.com": "http://127.0.0.1:4242"}`. */
  readonly egress?: Egress;
  /** Values of production's settings, in place of the self-hosted defaults, such as `{ SCHEDULED_JOB_EXECUTION_PARALLELISM: 4 }`. */
  readonly knobs?: Partial<Knobs>;
  /**
   * Whether calls reuse the modules of the last one with their state, which production does not do: a call then takes a
   * fraction of the time (`bun run bench throughput`).
   */
  readonly keepContexts?: boolean;
  /**
   * How long one query or mutation, or the evaluation of one pushed file, may take in wall-clock time, in milliseconds;
   * 20,000 and 30,000 unless given. It ends code that waits without computing; what computes has its own limit.
   */
  readonly wallTimeoutMs?: number;
}

/** How often expired jobs and mutation results are removed, in milliseconds. */
const HOUSEKEEPING_MS = 10 * 60_000;
/** How long each part of the deployment may take to close, in milliseconds. */
const CLOSE_STEP_MS = 4_000;

/** A running deployment. */
export interface LocalDeployment {
  readonly url: string;
  readonly siteUrl: string;
  readonly adminKey: string;
  /** When the code that is active was pushed, in milliseconds since 1970; 0 before the first push. */
  pushedAt(): Promise<number>;
  /** Ends it; everything acknowledged is in the data folder. */
  close(): Promise<void>;
}

/**
 * Starts a deployment in this process: the official CLI pushes to it and the official clients call it.
 * It listens on loopback only.
 * @throws DeploymentError when a port is taken, or the data folder is in use or can't be read
 */
export async function startLocalDeployment(
  options: LocalDeploymentOptions,
): Promise<LocalDeployment> {
  const { port, sitePort, dataDir, wallTimeoutMs } = checkOptions(options);
  const knobs = knobsOf(options.knobs ?? {});
  ensureDataFolder(dataDir);
  const cleanup: (() => void | Promise<void>)[] = [lockDataFolder(dataDir)];
  const closeAll = async () => {
    for (const close of cleanup.splice(0).reverse())
      await withDeadline(CLOSE_STEP_MS, Promise.resolve(close()));
  };
  try {
    const urls = {
      cloud: `http://127.0.0.1:${String(await reservePort(port))}`,
      site: `http://127.0.0.1:${String(await reservePort(sitePort))}`,
    };
    const subscriptions = new Subscriptions();
    const logs = new LogStream();
    let jobs: JobLoop | null = null;
    const { keepContexts = false } = options;
    const engine = await EngineClient.start({ dataDir, urls, keepContexts }, wallTimeoutMs, {
      invalidated: (tokens) => {
        subscriptions.invalidated(tokens);
      },
      scheduled: (nextDue) => jobs?.scheduled(nextDue),
      restarted: () => {
        subscriptions.restarted();
      },
    });
    cleanup.push(() => engine.close());
    // After the data file, since an existing key means that there must be data.
    const adminKey = loadAdminKey(dataDir);
    subscriptions.engine = engine;
    const actions = new ActionPool({
      engine,
      logs,
      egress: options.egress ?? {},
      keepContexts,
      knobs,
      dataDir,
    });
    cleanup.push(() => {
      actions.close();
    });
    const authenticator = new Authenticator(adminKey);
    const calls = new ClientCalls(engine, actions, logs);
    const site = new Site(authenticator, actions, logs);
    const readCode = async () => {
      authenticator.setProviders(await engine.call("authProviders"));
      site.setTargets(await engine.call("httpRoutes"));
    };
    const codeChanged = async () => {
      await readCode();
      await actions.codeChanged();
    };
    const environmentChanged = async () => {
      await readCode();
      actions.environmentChanged();
    };
    await readCode();
    const changed = { code: codeChanged, environment: environmentChanged };
    const pushes = new PushService({ engine, actions, urls, wallTimeoutMs, changed });
    cleanup.push(() => {
      pushes.close();
    });
    const listener = await openOrigins(urls, {
      authenticator,
      calls,
      engine,
      logs,
      pushes,
      site,
      subscriptions,
      urls,
    });
    cleanup.push(() => {
      logs.close();
      return listener.close();
    });
    const loop = new JobLoop(engine, actions, logs, knobs.SCHEDULED_JOB_EXECUTION_PARALLELISM);
    jobs = loop;
    cleanup.push(() => {
      loop.close();
    });
    await engine.call("failInterrupted");
    const housekeeping = setInterval(() => {
      engine.call("cleanUp").catch(() => undefined);
    }, HOUSEKEEPING_MS);
    cleanup.push(() => {
      clearInterval(housekeeping);
    });
    loop.scheduled((await engine.call("clock")).nextDue);
    const pushedAt = () => engine.call("pushedAt");
    return { url: urls.cloud, siteUrl: urls.site, adminKey, pushedAt, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function checkOptions(options: LocalDeploymentOptions) {
  const { dataDir, port = 0, sitePort = 0, wallTimeoutMs } = options;
  for (const [name, value] of Object.entries({ port, sitePort })) {
    if (!Number.isInteger(value) || value < 0 || value > 65_535) {
      throw new DeploymentError("INVALID_OPTION", `${name} must be a port number from 0 to 65535.`);
    }
  }
  if (port !== 0 && port === sitePort) {
    throw new DeploymentError("INVALID_OPTION", "port and sitePort must differ.");
  }
  if (wallTimeoutMs !== undefined && !(wallTimeoutMs > 0 && wallTimeoutMs <= MAX_TIMER_MS)) {
    throw new DeploymentError("INVALID_OPTION", "wallTimeoutMs must be a number above 0.");
  }
  if (dataDir === "") throw new DeploymentError("INVALID_OPTION", "dataDir must name a folder.");
  try {
    const folder = isAbsolute(dataDir) ? dataDir : resolve(dataDir);
    return { port, sitePort, dataDir: folder, wallTimeoutMs };
  } catch (error) {
    throw new DeploymentError("INVALID_OPTION", `dataDir: ${messageOf(error)}`);
  }
}
