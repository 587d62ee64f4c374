/** The fixture of each browser suite: a browser of its own, the app, and emulators that can be made to fail. */
import { chromium, type Browser, type BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject } from "vitest";
import type { Ready } from "../../support/dev.ts";
import { Visitor } from "./visitor.ts";

/** On a loaded machine; on a quiet one nearly everything is there within a second. */
const TIMEOUT_MS = 45_000;

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
  readonly dev: Ready;
  /** Opens a window of its own, with nobody signed in. */
  open(options?: BrowserContextOptions): Promise<Visitor>;
  /** Makes one of the emulators fail, until the running test is over or `mend` is called. */
  breakService(service: Service, fault: Fault): Promise<void>;
  mend(service: Service): Promise<void>;
}

/** `describe`, where a browser was found. */
export const describeInBrowser = describe.skipIf(inject("chromium") === null);

/**
 * The fixture of the suite that calls it.
 * @param start - starts the app; that of the worker unless given
 */
export function useFixture(start: () => Promise<Ready> = workersApp): Fixture {
  let browser: Browser;
  let dev: Ready;
  let broken = new Set<Service>();
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    dev = await start();
    browser = await chromium.launch({
      executablePath: inject("chromium")!,
      // Containers have no user namespaces to build Chromium's sandbox of; it opens this machine's own pages only.
      chromiumSandbox: false,
    });
  });
  afterEach(async () => {
    for (const service of broken) await mend(service);
    broken = new Set();
    const crashes = visitors.flatMap(({ crashes }) => crashes);
    await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
    expect(crashes, "errors that nobody caught in the page").toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
  });

  const control = async (service: Service, init: RequestInit) => {
    const response = await fetch(`${dev[`${service}Url`]}/_faults`, init);
    if (!response.ok) throw new Error(`${service}: ${response.status} ${await response.text()}`);
  };
  const mend = (service: Service) => control(service, { method: "DELETE" });
  return {
    get dev() {
      return dev;
    },
    open: async (options) => {
      const context = await browser.newContext(options);
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
  };
}

/** No other file runs at the same time with this worker's number. */
function workersApp(): Promise<Ready> {
  const devs = inject("devs");
  const dev = devs[(Number(process.env.VITEST_POOL_ID) - 1) % devs.length];
  if (dev === undefined) throw new Error("There is no app without a browser.");
  return Promise.resolve(dev);
}
