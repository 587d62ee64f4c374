/// <reference types="vite/client" />
/**
 * One backend in memory per test: `convex-test` with the app's components, a Daytona that is
 * scripted, a controlled clock, and builders for the things of the domain.
 */
import { setImmediate } from "node:timers";
import rateLimiter from "@convex-dev/rate-limiter/test";
import workpool from "@convex-dev/workpool/test";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, vi } from "vitest";
// The Stripe component publishes no test helper: its schema and modules are registered by hand.
import stripeSchema from "../../../node_modules/@convex-dev/stripe/src/component/schema.js";
import schema from "../../../convex/schema.ts";
import { refuseForeignCursors } from "./cursors.ts";
import { FakeDaytona } from "./fakeDaytona.ts";

// Taken before the clock is controlled: a turn of the real event loop ends every chain of promises.
const afterEverything = setImmediate;

/** Every module of the backend, by path. Loaded when used, so that mocks are in place by then. */
export const modules = import.meta.glob("../../../convex/**/*.*s");
const stripeModules = import.meta.glob(
  "../../../node_modules/@convex-dev/stripe/src/component/**/*.ts",
);

/** The environment of the deployment, unless a test sets it otherwise. */
export const ENVIRONMENT = {
  CLERK_JWT_ISSUER_DOMAIN: "https://clerk.test",
  CLERK_WEBHOOK_SECRET: `whsec_${btoa("a secret that only tests know")}`,
  DAYTONA_API_KEY: "dtn_test",
  DAYTONA_API_URL: "https://daytona.test/api",
  DAYTONA_WEBHOOK_SECRET: `whsec_${btoa("another secret that only tests know")}`,
  CLERK_SECRET_KEY: "sk_test_only",
  STRIPE_PRICE_PRO: "price_pro",
} as const;

// The first call of a file loads the whole backend, Stripe and Clerk included.
vi.setConfig({ testTimeout: 30_000 });

/** Noon, so that nothing here depends on when it runs. */
export const NOON = Date.UTC(2026, 10, 22, 12);

/** The Daytona account of the present test. */
export let daytona: FakeDaytona;

vi.doMock("@quaver/sandbox", () => ({
  createSandboxClient: (
    ...args: Parameters<ReturnType<FakeDaytona["module"]>["createSandboxClient"]>
  ) => daytona.module().createSandboxClient(...args),
  isSandboxError: (error: unknown) => daytona.module().isSandboxError(error),
}));

beforeEach(() => {
  daytona = new FakeDaytona();
  vi.useFakeTimers({ now: NOON });
  for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value);
});

/** The backends of the present test. */
const backends: TestBackend[] = [];

afterEach(async () => {
  for (const t of backends.splice(0)) await expectTrueCounts(t);
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/**
 * A fresh backend, of these modules, in which a transaction may read and write as much as on Convex,
 * and no more, and a cursor serves the query that it came from alone.
 */
export function aBackend(using: typeof modules = modules) {
  const t = convexTest({ schema, modules: using, transactionLimits: true });
  refuseForeignCursors();
  rateLimiter.register(t);
  workpool.register(t);
  t.registerComponent("stripe", stripeSchema, stripeModules);
  backends.push(t);
  return t;
}

/** What `aBackend` makes. */
export type TestBackend = ReturnType<typeof convexTest<typeof schema.tables>>;

/** Whatever a test did: each user's projects are as many as `usage` says, no more, no less. */
export async function expectTrueCounts(t: TestBackend): Promise<void> {
  const { kept, counted } = await t.run(async ({ db }) => {
    const counted: Record<string, { projects: number; running: number }> = {};
    for (const { userId, status } of await db.query("projects").collect()) {
      const { projects, running } = counted[userId] ?? { projects: 0, running: 0 };
      const runs = ["creating", "generating", "ready"].includes(status);
      counted[userId] = { projects: projects + 1, running: running + Number(runs) };
    }
    const rows = await db.query("usage").collect();
    const kept = rows.map(({ userId, projects, running }) => [userId, { projects, running }]);
    return { kept: Object.fromEntries(kept) as typeof counted, counted };
  });
  expect(kept, "usage").toEqual(counted);
}

/**
 * Runs what is scheduled until nothing is left that is due soon. The clock goes on by `stepMs` at
 * a time: a few seconds in all, unless the step is large enough for retries to come due.
 */
export async function settle(t: TestBackend, stepMs = 250): Promise<void> {
  await t.finishAllScheduledFunctions(() => vi.advanceTimersByTime(stepMs), 10_000);
}

/**
 * Lets time pass a second at a time, until `until` holds. What comes due begins, and goes as far as it can before
 * the next second: a call that hangs does not hold up the test, and the controlled clock says how long things take.
 *
 * @returns how many ms passed
 */
export async function passUntil(until: () => Promise<boolean>, mostMs: number): Promise<number> {
  for (let passed = 0; passed <= mostMs; passed += 1_000) {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => afterEverything(resolve));
    if (await until()) return passed;
    vi.advanceTimersByTime(1_000);
  }
  throw new Error(`It did not come about within ${String(mostMs / 1_000)} s.`);
}
