/**
 * Scale: what a function reads depends on what it returns, never on how much there is; and what is
 * removed, however large, goes in transactions that are far from Convex's limits. Every public
 * function is called over the wire in a small world and in a large one, and the function log says
 * what each transaction has read and written.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { runConvex } from "../../../scripts/lib/convex-cli.ts";
import {
  largestOf,
  measureAt,
  type Ending,
  type FunctionCost,
  type SizeReport,
} from "./measure.ts";
import { ScaleWorld } from "./world.ts";
import { FULL_SIZE, report } from "../report.ts";

const SMALL = { messages: 100, strangers: 100 };
const LARGE = FULL_SIZE
  ? { messages: 100_000, strangers: 10_000 }
  : { messages: 2_000, strangers: 300 };

/**
 * How many documents a call may read that it does not return. The most that is needed is 27, to end
 * a subscription: five transactions that find the caller, the rate limit, the customer, the
 * subscription here and in the Stripe component, and which of two answers of Stripe's is newer.
 */
const MOST_BEYOND = 30;

/**
 * How far apart the same call may be in the two worlds. An order to the workpool finds its loop awake
 * or has to wake it, which is a matter of the moment; whatever depends on size differs by hundreds.
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
  await scale.close();
});

const specSchema = z.object({
  functions: z.array(
    z.looseObject({
      identifier: z.string().optional(),
      visibility: z.object({ kind: z.enum(["public", "internal"]) }).optional(),
    }),
  ),
});

/** The public functions of the pushed app, as the official CLI lists them. */
async function publicFunctions(): Promise<string[]> {
  const { deployment, project } = scale.world;
  const { code, stdout, stderr } = await runConvex(deployment, ["function-spec"], { cwd: project });
  if (code !== 0) throw new Error(stderr);
  return specSchema
    .parse(JSON.parse(stdout))
    .functions.filter(({ visibility }) => visibility?.kind === "public")
    .flatMap(({ identifier }) => identifier?.replace(".js:", ":") ?? []);
}

test("functions read what they return, and removals finish in bounded transactions", async (context) => {
  const expected = await publicFunctions();
  const small = await measureAt(scale, SMALL);
  const large = await measureAt(scale, LARGE);
  const violations = [
    ...forgotten(expected, large),
    ...[small, large].flatMap(overRead),
    ...dependentOnSize(small, large),
    ...[small, large].flatMap((size) => [size.removal, size.deletion].flatMap(overLimits)),
    ...unseen(large),
  ];
  report(context, lineOf(large, violations.length));
  expect(violations.length, violations.join("\n")).toBe(0);
});

/** Functions without a call, and calls of what is no function. */
function forgotten(expected: readonly string[], { costs }: SizeReport): string[] {
  const called = new Set(costs.map(({ name }) => name));
  return [
    ...expected.filter((name) => !called.has(name)).map((name) => `${name} is not measured`),
    ...[...called].filter((name) => !expected.includes(name)).map((name) => `${name} is not there`),
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

function dependentOnSize(small: SizeReport, large: SizeReport): string[] {
  return small.costs.flatMap((before) => {
    const after = large.costs.find(({ name }) => name === before.name);
    if (after === undefined || Math.abs(beyond(after) - beyond(before)) <= SAME_WITHIN) return [];
    const [few, many] = [beyond(before), beyond(after)];
    return [`${before.name} read ${few} beyond what it returned, and then ${many}`];
  });
}

function overLimits({ transactions }: Ending): string[] {
  return transactions.flatMap(({ identifier, usageStats }) => {
    const { databaseReadDocuments: read, databaseWriteDocuments: written } = usageStats;
    const bytes = Math.max(usageStats.databaseReadBytes, usageStats.databaseWriteBytes);
    if (Math.max(read, written) <= MAX_DOCUMENTS && bytes <= MAX_BYTES) return [];
    return [`${identifier} read ${read} and wrote ${written} documents, ${bytes} bytes`];
  });
}

/** The log must have told of each message that went: else it may have kept quiet of more. */
function unseen({ size, removal }: SizeReport): string[] {
  const removed = removal.transactions
    .filter(({ identifier }) => identifier === "messages/removal:removeBatch")
    .reduce((sum, { usageStats }) => sum + usageStats.databaseWriteDocuments, 0);
  const messages = size.messages + 1; // one was inserted on the way
  return removed === messages
    ? []
    : [`the log knows of ${removed} removed messages of ${messages}`];
}

function lineOf(large: SizeReport, violations: number): string {
  const { size, costs, removal, deletion } = large;
  const [messages, projects] = [size.messages, size.strangers].map((n) => n.toLocaleString("en"));
  return [
    `scale: ${costs.length} functions at ${messages} messages and ${projects} projects,`,
    `at most ${Math.max(...costs.map(beyond))} documents beyond what is returned;`,
    `removal in ${ending(removal)}, deletion in ${ending(deletion)},`,
    `${violations} violations`,
  ].join(" ");
}

function ending({ transactions }: Ending): string {
  const documents = largestOf(transactions, ({ read, written }) => Math.max(read, written));
  const bytes = largestOf(transactions, (cost) => Math.max(cost.readBytes, cost.writtenBytes));
  const mib = (bytes / 1024 / 1024).toFixed(1);
  return `${transactions.length} transactions of at most ${documents} documents and ${mib} MiB`;
}
