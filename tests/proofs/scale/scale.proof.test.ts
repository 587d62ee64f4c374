/**
 * Scale: what a function reads depends on what it returns, never on how many rows there are; and however much is
 * removed, the transactions stay far below Convex's limits. Every public function is called over the wire at a small
 * and at a large size, and the function log says what each transaction has read and written.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSpec } from "../../../scripts/lib/function-spec.ts";
import type { Completion } from "../../support/function-log.ts";
import { FULL_SIZE, report } from "../report.ts";
import { costOf, measureAt, type FunctionCost, type SizeReport } from "./measure.ts";
import { ScaleWorld } from "./scale-world.ts";

const SMALL = FULL_SIZE
  ? { messages: 100, otherUsers: 100 }
  : { messages: 20, otherUsers: 20, maxProjects: 20 };
const LARGE = FULL_SIZE
  ? { messages: 100_000, otherUsers: 10_000 }
  : { messages: 2_000, otherUsers: 150, maxProjects: 60 };

/**
 * How many documents a call may read that it does not return. The most that is needed is 27, to end
 * a subscription: five transactions that find the caller, the rate limit, the customer, the
 * subscription here and in the Stripe component, and which of two answers of Stripe's is newer.
 */
const MOST_BEYOND = 30;

/** How many documents one answer may have, however many there are. */
const MOST_RETURNED = 1_000;

/**
 * How far apart the same call may be at the two sizes. A job for the workpool finds its loop running or has to start it,
 * which depends on timing; what depends on size differs by hundreds.
 */
const SAME_WITHIN = 10;

/** Of one transaction. Convex allows 32,000 documents read, 16,000 written, and 16 MiB of each. */
const MAX_DOCUMENTS = 4_000;
const MAX_BYTES = 8 * 1024 * 1024;

let scale: ScaleWorld;

beforeAll(async () => {
  scale = await ScaleWorld.start();
});

afterAll(async () => {
  // Without it `beforeAll` has said why.
  await (scale as ScaleWorld | undefined)?.close();
});

test("functions read what they return, and removals finish in bounded transactions", async (context) => {
  const { deployment, project } = scale.world;
  const spec = await readSpec(deployment, project);
  const expected = spec.functions.map(({ path }) => path);
  const small = await measureAt(scale, SMALL);
  const large = await measureAt(scale, LARGE);
  const violations = [
    ...notMeasured(expected, large),
    ...[small, large].flatMap(overRead),
    ...[small, large].flatMap(overLong),
    ...dependentOnSize(small, large),
    ...[small, large].flatMap((size) => [size.removal, size.deletion].flatMap(overLimits)),
    ...missingInLog(large),
  ];
  const [messages, projects] = [LARGE.messages, LARGE.otherUsers].map((n) =>
    n.toLocaleString("en"),
  );
  const most = Math.max(...large.costs.map(beyond));
  report(
    context,
    `scale: ${expected.length} functions at ${messages!} messages and ${projects!} projects, ` +
      `at most ${most} documents beyond what is returned, ${violations.length} violations`,
  );
  expect(violations, violations.join("\n")).toEqual([]);
});

/** Functions without a call, and calls of functions that do not exist. */
function notMeasured(expected: readonly string[], { costs }: SizeReport): string[] {
  const called = new Set(costs.map(({ name }) => name));
  return [
    ...expected.filter((name) => !called.has(name)).map((name) => `${name} is not measured`),
    ...[...called]
      .filter((name) => !expected.includes(name))
      .map((name) => `${name} does not exist`),
  ];
}

const beyond = ({ cost, returned }: FunctionCost) => cost.read - returned;

function overRead({ size, costs }: SizeReport): string[] {
  return costs
    .filter((cost) => beyond(cost) > MOST_BEYOND)
    .map(
      ({ name, cost, returned }) =>
        `${name} read ${cost.read} to return ${returned} at ${size.messages}`,
    );
}

function overLong({ costs }: SizeReport): string[] {
  return costs
    .filter(({ name, returned }) => name.includes("/queries:") && returned > MOST_RETURNED)
    .map(({ name, returned }) => `${name} returned ${returned} at once`);
}

function dependentOnSize(small: SizeReport, large: SizeReport): string[] {
  return small.costs.flatMap((before, index) => {
    const after = large.costs[index];
    if (after === undefined || Math.abs(beyond(after) - beyond(before)) <= SAME_WITHIN) return [];
    const [few, many] = [beyond(before), beyond(after)];
    return [`${before.name} read ${few} beyond what it returned, and then ${many}`];
  });
}

function overLimits(transactions: readonly Completion[]): string[] {
  return transactions.flatMap((transaction) => {
    const { read, written, readBytes, writtenBytes } = costOf([transaction]);
    const bytes = Math.max(readBytes, writtenBytes);
    if (Math.max(read, written) <= MAX_DOCUMENTS && bytes <= MAX_BYTES) return [];
    const { identifier } = transaction;
    return [`${identifier} read ${read} and wrote ${written} documents, ${bytes} bytes`];
  });
}

/** The log must have each removed message, turn, step and piece of output: otherwise it may lack more. */
function missingInLog({ size, chunks, steps, removal }: SizeReport): string[] {
  const removed = {
    "messages/removal:removeBatch": size.messages + 1, // one was inserted on the way
    "turns/removal:removeBatch": size.messages + 1 + chunks + steps, // one is the project's first
  };
  return Object.entries(removed).flatMap(([name, expected]) => {
    const batches = removal.filter(({ identifier }) => identifier === name);
    const { written } = costOf(batches);
    return written === expected ? [] : [`${name} wrote ${written} documents, not ${expected}`];
  });
}
