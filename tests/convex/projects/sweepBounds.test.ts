/**
 * What a sweep occupies: Convex runs few scheduled functions at a time, and running turns need theirs. Daytona hangs
 * here, so that each call takes all the time that it has.
 */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { internal } from "../../../convex/_generated/api.js";
import type { Doc } from "../../../convex/_generated/dataModel";
import { signUp } from "../support/users.ts";
import { aBackend, daytona, NOON, passUntil, settle, type TestBackend } from "../support/setup.ts";
import { dump, rowOf, storeProject } from "../support/builders.ts";

const { sweepRunning } = internal.projects.reconcile.sweep;
const MINUTE = 60_000;
const LOST = {
  kind: "create",
  token: "lost",
  startedAt: NOON - 9,
  expiresAt: NOON - 1,
} as const;

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
});

/** A user, and a backend whose modules are loaded: from here on, time is spent on Daytona alone. */
async function aUser() {
  const t = aBackend();
  const { _id: userId } = await rowOf(await signUp(t));
  await storeProject(t, userId, { status: "failed" });
  const { id } = daytona.add({ name: "warm-up", labels: { app: "quaver" } }, NOON);
  await storeProject(t, userId, { sandboxId: id });
  await storeProject(t, userId, { status: "creating", operation: LOST });
  await t.mutation(sweepRunning, {});
  await settle(t);
  daytona.calls.length = 0;
  return { t, userId };
}

type Rows = Parameters<typeof storeProject>[2] & object;

async function storeProjects(
  t: TestBackend,
  userId: Doc<"users">["_id"],
  count: number,
  rows: Rows,
) {
  for (let i = 0; i < count; i++) {
    const { id } = daytona.add({ name: `s-${String(i)}-${rows.status ?? ""}`, labels: {} }, NOON);
    const sandboxId = rows.status === "creating" ? {} : { sandboxId: id };
    await storeProject(t, userId, { ...rows, ...sandboxId, statusChangedAt: NOON + i });
  }
}

/** Follows the sweep to its end: how long it takes, and how many of its functions are due or run at a time. */
async function follow(t: TestBackend, mostMs = 30 * MINUTE) {
  let mostJobs = 0;
  const tookMs = await passUntil(async () => {
    const { jobs, sweeps } = await t.run(async ({ db }) => ({
      jobs: await db.system.query("_scheduled_functions").collect(),
      sweeps: await db.query("sweeps").collect(),
    }));
    const present = jobs.filter(
      ({ state, scheduledTime }) =>
        state.kind === "inProgress" || (state.kind === "pending" && scheduledTime <= Date.now()),
    );
    mostJobs = Math.max(mostJobs, present.length);
    return sweeps.length === 0;
  }, mostMs);
  return { tookMs, mostJobs };
}

function count(call: string): number {
  return daytona.calls.filter((made) => made === call).length;
}

async function statusesOf(t: TestBackend) {
  const counts: Record<string, number> = {};
  for (const { status } of (await dump(t)).projects) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe("a page of looks", () => {
  test("ends in time though none is answered, and the sweep goes on with the next", async () => {
    const { t, userId } = await aUser();
    await storeProjects(t, userId, 100, { status: "ready" });
    const { projects } = await dump(t);
    const last = projects.find(({ statusChangedAt }) => statusChangedAt === NOON + 99)!;
    daytona.drift(last.sandboxId!, "stopped");
    daytona.hangs = (call, sandbox) => call === "get" && sandbox !== last.sandboxId;
    await t.mutation(sweepRunning, {});
    // Three pages, of which each begins no look after a minute; a look takes 15 s at the most.
    const { tookMs, mostJobs } = await follow(t);
    expect(tookMs).toBeLessThanOrEqual(3 * 75_000 + 10_000);
    expect(tookMs).toBeGreaterThan(75_000);
    expect(mostJobs).toBe(1);
  });

  test("is cut short once Daytona does not answer at all, and so is the sweep", async () => {
    const { t, userId } = await aUser();
    await storeProjects(t, userId, 120, { status: "ready" });
    await storeProjects(t, userId, 20, {
      status: "stopped",
      operation: { ...LOST, kind: "start" },
    });
    daytona.hangs = () => true;
    await t.mutation(sweepRunning, {});
    const { tookMs } = await follow(t);
    expect(tookMs).toBeLessThanOrEqual(45_000);
    expect(count("get")).toBeLessThanOrEqual(10);
    expect(count("list")).toBe(1);
    daytona.hangs = () => false;
    await t.mutation(sweepRunning, {});
    await settle(t);
    expect(count("get")).toBeGreaterThan(120);
  });
});

describe("creations that were cut off", () => {
  test("are taken up a few at a time, until none is left", async () => {
    const { t, userId } = await aUser();
    await storeProjects(t, userId, 60, { status: "creating", operation: LOST });
    let [now, most] = [0, 0];
    daytona.duringCreate = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20_000));
      now -= 1;
    };
    await t.mutation(sweepRunning, {});
    const { mostJobs } = await follow(t);
    expect(most).toBe(5);
    expect(mostJobs).toBe(1);
    expect(await statusesOf(t)).toEqual({ failed: 1, ready: 62 });
  });

  test("wait for the next sweep while Daytona does not answer; what needs no answer does not", async () => {
    const { t, userId } = await aUser();
    await storeProjects(t, userId, 60, { status: "creating", operation: LOST });
    const old = { status: "creating", operation: LOST, statusChangedAt: NOON + 60 } as const;
    await storeProject(t, userId, old); // on the second page
    daytona.hangs = () => true;
    await t.mutation(sweepRunning, {});
    const { tookMs, mostJobs } = await follow(t);
    expect(tookMs).toBeLessThanOrEqual(2 * 90_000 + 10_000);
    expect(mostJobs).toBe(1);
    const { creating = 0 } = await statusesOf(t);
    expect(creating).toBeGreaterThanOrEqual(51);
    vi.setSystemTime(Date.now() + 30 * MINUTE);
    await t.mutation(sweepRunning, {});
    await follow(t);
    expect(await statusesOf(t)).not.toHaveProperty("creating");
  });
});

describe("sandboxes that are no project's", () => {
  test("take no page longer than its time, though each deletion hangs", async () => {
    const { t } = await aUser();
    for (let i = 0; i < 30; i++) {
      daytona.add(
        {
          name: `o-${String(i)}`,
          labels: { app: "quaver", deployment: "test", projectId: "gone" },
        },
        0,
      );
    }
    daytona.hangs = (call) => call === "delete";
    await t.mutation(sweepRunning, {});
    const { tookMs, mostJobs } = await follow(t);
    expect(tookMs).toBeLessThanOrEqual(90_000);
    expect(count("delete")).toBeGreaterThan(0);
    expect(mostJobs).toBe(1);
  });
});

describe("a sweep that is under way", () => {
  /** A sweep that stands in its first look for 15 s. */
  async function aSweep() {
    const { t } = await aUser();
    let hung = 0;
    daytona.hangs = (call) => call === "get" && ++hung === 1;
    await t.mutation(sweepRunning, {});
    await passUntil(() => Promise.resolve(hung > 0), 20_000);
    return t;
  }

  test("is not joined by another", async () => {
    const t = await aSweep();
    const sweeps = () => t.run(({ db }) => db.query("sweeps").collect());
    const before = await sweeps();
    await t.mutation(sweepRunning, {});
    expect(await sweeps()).toEqual(before);
    const { mostJobs } = await follow(t);
    expect(mostJobs).toBe(1);
  });

  test("goes no further once a forced one has begun", async () => {
    const t = await aSweep();
    let looks = 0;
    daytona.hangs = (call) => call === "get" && ++looks === 1; // the force one's first, too
    await t.mutation(sweepRunning, { force: true });
    const tokenOf = async () =>
      (await t.run(({ db }) => db.query("sweeps").collect())).map(({ token }) => token)[0];
    const tokens = new Set([await tokenOf()]);
    await passUntil(async () => {
      const token = await tokenOf();
      if (token !== undefined) tokens.add(token);
      return token === undefined;
    }, MINUTE);
    expect(tokens.size).toBe(1);
  });

  test("and died is followed by another once its time is up", async () => {
    const { t, userId } = await aUser();
    await storeProjects(t, userId, 1, { status: "ready" });
    const expiresAt = Date.now() + 3 * MINUTE;
    await t.run(({ db }) => db.insert("sweeps", { kind: "running", token: "dead", expiresAt }));
    await t.mutation(sweepRunning, {});
    await settle(t);
    expect(count("list")).toBe(0);
    vi.setSystemTime(expiresAt);
    await t.mutation(sweepRunning, {});
    await settle(t);
    expect(count("list")).toBe(1);
  });
});
