/** What each public function costs at one size, and which transactions the removal of much data takes. */
import type { Completion } from "../../support/function-log.ts";
import { until } from "../../support/until.ts";
import { callsOf, type PublicCall } from "./calls.ts";
import type { Owner, ScaleWorld } from "./scale-world.ts";

/** Removing 100,000 messages takes a minute or two on a busy machine. */
const REMOVED_WITHIN_MS = 15 * 60_000;

/** How many rows there are. */
export interface Size {
  /** In each of two projects of the owner, and turns; they have as many other projects and bills, up to what a list returns. */
  messages: number;
  /** Each with a project and a row in every other table. */
  otherUsers: number;
  /** Of the owner; as many as a plan allows unless given. */
  maxProjects?: number;
}

/** Documents and bytes that executions have read and written. */
export interface Cost {
  read: number;
  readBytes: number;
  written: number;
  writtenBytes: number;
}

/** A public function, called once. */
export interface FunctionCost {
  name: string;
  /** Documents in its answer, if that is a list; or of which it makes what it writes. */
  returned: number;
  /** Of its request: the function itself and, of an action, all that it called. */
  cost: Cost;
}

/** What was measured at one size. */
export interface SizeReport {
  size: Size;
  /** Pieces of the long answers. */
  chunks: number;
  /** Steps of the long turns. */
  steps: number;
  costs: FunctionCost[];
  /** All transactions, those of components too, until a project with so many messages was removed. */
  removal: Completion[];
  /** The same for its owner's account, with another such project and as many as a plan allows. */
  deletion: Completion[];
}

/** Fills the tables and measures every public function, each in the name of the same new owner. */
export async function measureAt(scale: ScaleWorld, size: Size): Promise<SizeReport> {
  await scale.addOtherUsers(size.otherUsers);
  const owner = await scale.addOwner(size);
  const { chunks, steps } = owner;
  const report: SizeReport = { size, chunks, steps, costs: [], removal: [], deletion: [] };
  for (const call of callsOf(owner)) {
    const [name, , before] = call;
    await before?.();
    const mark = scale.completions().length;
    report.costs.push(await measureCall(scale, owner, call));
    if (name === "projects/mutations:remove") {
      const left = () => scale.left(null, owner.large);
      report.removal = await followRemoval(scale, mark, left);
    } else if (name === "auth/users:deleteUser") {
      const left = () => scale.left(owner.userId, owner.alsoLarge);
      report.deletion = await followRemoval(scale, mark, left);
    }
  }
  return report;
}

async function measureCall(
  scale: ScaleWorld,
  { user }: Owner,
  [name, run]: PublicCall,
): Promise<FunctionCost> {
  const client = await user.client();
  const mark = scale.completions().length;
  const result = await run(client).catch((error: unknown) => {
    throw new Error(`${name}: ${String(error)}`, { cause: error });
  });
  const logged = () => scale.completions().slice(mark);
  const { requestId } = await until(
    `${name} in the function log`,
    () => logged().find(({ identifier }) => identifier === name),
    { intervalMs: 10 },
  );
  const cost = costOf(logged().filter((part) => part.requestId === requestId));
  return { name, returned: returnedBy(result), cost };
}

function returnedBy(result: unknown): number {
  if (typeof result === "number") return result;
  if (Array.isArray(result)) return result.length;
  if (typeof result !== "object" || result === null) return 0;
  const lists = ["page", "parts"].map((name) => (result as Record<string, unknown>)[name]);
  return lists.find((list) => Array.isArray(list))?.length ?? 0;
}

/** Waits until nothing is left. @returns the transactions since `mark` */
async function followRemoval(
  scale: ScaleWorld,
  mark: number,
  left: () => Promise<readonly string[]>,
): Promise<Completion[]> {
  const transactions = () =>
    scale
      .completions()
      .slice(mark)
      .filter(({ udfType, identifier }) => {
        const isTransaction = udfType === "Query" || udfType === "Mutation";
        return isTransaction && !identifier.startsWith("seeding:");
      });
  const isRemoved = async () => {
    const failed = transactions().find(({ error }) => error !== null);
    // A scheduled mutation that fails is not tried again.
    if (failed) throw new Error(`${failed.identifier}: ${String(failed.error)}`);
    return (await left()).length === 0;
  };
  const options = { intervalMs: 100, timeoutMs: REMOVED_WITHIN_MS };
  await until("everything to have been removed", isRemoved, options);
  return transactions();
}

/** What some executions have cost together. */
export function costOf(completions: readonly Completion[]): Cost {
  const sum = (field: keyof Completion["usageStats"]) =>
    completions.reduce((total, { usageStats }) => total + usageStats[field], 0);
  return {
    read: sum("databaseReadDocuments"),
    readBytes: sum("databaseReadBytes"),
    written: sum("databaseWriteDocuments"),
    writtenBytes: sum("databaseWriteBytes"),
  };
}
