/** The fixture of each browser suite: a browser of its own, the app, and emulators that can be made to fail. */
import { chromium, type Browser, type BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject } from "vitest";
import { DEMO_AGENT } from "../../../scripts/dev/example/demo-agent.ts";
import { setEnvironment } from "../../support/world.ts";
import { AppProcess, type App } from "./app.ts";
import { Visitor } from "./visitor.ts";

/** On a loaded machine; on a quiet one nearly everything is there within a second. */
const TIMEOUT_MS = 45_000;

/** The demo agent's pace where a test doesn't watch it work: a turn takes half a second. */
const QUICK_PACE_MS = 40;

/** A fault of an emulator: the body of its `POST /_faults`. */
export interface Fault {
  method?: string;
  path?: string;
  pattern?: string;
  nth?: number;
  times?: number;
  kind: unknown;
}

type Service = "clerk" | "daytona" | "stripe";

export interface Fixture {
  /** What runs, and where. */
  readonly dev: App;
  /** Opens a window of its own, signed out; motion is reduced unless the options say otherwise. */
  open(options?: BrowserContextOptions): Promise<Visitor>;
  /** Makes one of the emulators fail, until the running test is over or `mend` is called. */
  breakService(service: Service, fault: Fault): Promise<void>;
  mend(service: Service): Promise<void>;
  /** Has another agent work, by a shell command, until the running test is over. */
  useAgent(command: string): Promise<void>;
  /** Has the agent work at a newcomer's pace, six seconds a turn, until the running test is over. */
  slowAgent(): Promise<void>;
}

/** `describe`, where a browser was found. */
export const describeInBrowser = describe.skipIf(inject("chromium") === null);

/**
 * The fixture of the suite that calls it.
 * @param start - starts the app; unless given, the worker's own is used, which has been built for production
 */
export function useFixture(start: () => Promise<App> = workersApp): Fixture {
  let browser: Browser;
  let dev: App;
  let broken = new Set<Service>();
  let isOtherAgent = false;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    dev = await start();
    await setAgent(`${DEMO_AGENT.command} ${QUICK_PACE_MS}`);
    browser = await chromium.launch({
      executablePath: inject("chromium")!,
      // Containers have no user namespaces to build Chromium's sandbox of; it opens this machine's own pages only.
      chromiumSandbox: false,
    });
  });
  afterEach(async () => {
    for (const service of broken) await mend(service);
    broken = new Set();
    if (isOtherAgent) await setAgent(`${DEMO_AGENT.command} ${QUICK_PACE_MS}`);
    isOtherAgent = false;
    const crashes = visitors.flatMap(({ crashes }) => crashes);
    await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
    expect(crashes, "errors that the page did not catch").toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
  });

  const control = async (service: Service, init: RequestInit) => {
    const response = await fetch(`${dev[`${service}Url`]}/_faults`, init);
    if (!response.ok) throw new Error(`${service}: ${response.status} ${await response.text()}`);
  };
  const setAgent = (command: string) => setEnvironment(dev, { AGENT_COMMAND: command });
  const useAgent = async (command: string) => {
    isOtherAgent = true;
    await setAgent(command);
  };
  const mend = (service: Service) => control(service, { method: "DELETE" });
  return {
    get dev() {
      return dev;
    },
    open: async (options) => {
      const context = await browser.newContext({ reducedMotion: "reduce", ...options });
      context.setDefaultTimeout(TIMEOUT_MS);
      const visitor = await Visitor.open(context, dev.exampleUrl!);
      visitors.push(visitor);
      return visitor;
    },
    breakService: async (service, fault) => {
      broken.add(service);
      const headers = { "content-type": "application/json" };
      await control(service, { method: "POST", headers, body: JSON.stringify(fault) });
    },
    mend,
    useAgent,
    slowAgent: () => useAgent(DEMO_AGENT.command),
  };
}

/** No other file runs at the same time with this worker's number. */
function workersApp(): Promise<App> {
  const apps = inject("apps");
  const app = apps[(Number(process.env.VITEST_POOL_ID) - 1) % apps.length];
  if (app === undefined) throw new Error("There is no app without a browser.");
  return Promise.resolve(app);
}

/** The fixture of a suite with an app of its own, whose example is served from its sources, as to a newcomer. */
export function useFixtureOfSources(): Fixture {
  const app = new AppProcess();
  afterAll(() => app.remove());
  return useFixture(() => app.start());
}
