/** What each public function costs at one size, and which transactions the removal of much data takes. */
import type { Completion } from "../../support/function-log.ts";
import { until } from "../../support/until.ts";
import { callsOf, type PublicCall } from "./calls.ts";
import { costOf, type Cost } from "./recorder.ts";
import type { Owner, ScaleWorld } from "./scale-world.ts";

/** Removing 100,000 messages takes a minute or two on a busy machine. */
const REMOVED_WITHIN_MS = 15 * 60_000;

/** How many rows there are. */
export interface Size {
  /** In each of two projects of the owner, who has as many other projects and bills, up to what a list returns. */
  messages: number;
  /** Each with a project and a row in every other table. */
  otherUsers: number;
}

/** A public function, called once. */
export interface FunctionCost {
  name: string;
  /** Documents in its answer, if that is a list. */
  returned: number;
  cost: Cost;
}

/** What was measured at one size. */
export interface SizeReport {
  size: Size;
  costs: FunctionCost[];
  /** All transactions, those of components too, until a project with so many messages was removed. */
  removal: Completion[];
  /** The same for its owner's account, with another such project and as many as a plan allows. */
  deletion: Completion[];
}

/** Fills the tables and measures every public function, each in the name of the same new owner. */
export async function measureAt(scale: ScaleWorld, size: Size): Promise<SizeReport> {
  await scale.addOtherUsers(size.otherUsers);
  const owner = await scale.addOwner(size.messages);
  const costs: FunctionCost[] = [];
  const removals: Partial<Record<string, Completion[]>> = {};
  for (const call of callsOf(owner)) {
    await call.before();
    const mark = scale.recorder.completions.length;
    costs.push(await measureCall(scale, owner, call));
    const removal = await followRemoval(scale, owner, call.name, mark);
    if (removal) removals[call.name] = removal;
  }
  const removal = removals["projects/mutations:remove"];
  const deletion = removals["auth/users:deleteUser"];
  if (!removal || !deletion) throw new Error("Nothing was removed.");
  return { size, costs, removal, deletion };
}

async function measureCall(
  { recorder }: ScaleWorld,
  owner: Owner,
  { name, run }: PublicCall,
): Promise<FunctionCost> {
  const client = await owner.user.client();
  try {
    const { result, cost } = await recorder.measure(name, () => run(client));
    return { name, returned: returnedBy(result), cost };
  } catch (error) {
    throw new Error(`${name}: ${String(error)}`, { cause: error });
  }
}

function returnedBy(result: unknown): number {
  if (Array.isArray(result)) return result.length;
  const isPage = typeof result === "object" && result !== null && "page" in result;
  return isPage && Array.isArray(result.page) ? result.page.length : 0;
}

/** After a removal: waits until nothing is left. @returns the transactions; null after any other call */
async function followRemoval(
  scale: ScaleWorld,
  { userId, large, alsoLarge }: Owner,
  name: string,
  mark: number,
): Promise<Completion[] | null> {
  const isAccount = name === "auth/users:deleteUser";
  if (!isAccount && name !== "projects/mutations:remove") return null;
  const transactions = () => transactionsOf(scale.recorder.since(mark));
  const isRemoved = async () => {
    const failed = transactions().find(({ error }) => error !== null);
    // A scheduled mutation that fails is not tried again.
    if (failed) throw new Error(`${failed.identifier}: ${String(failed.error)}`);
    const left = await (isAccount ? scale.left(userId, alsoLarge) : scale.left(null, large));
    return left.length === 0;
  };
  const options = { intervalMs: 10, timeoutMs: REMOVED_WITHIN_MS };
  await until(`${name} to have removed everything`, isRemoved, options);
  return transactions();
}

function transactionsOf(completions: readonly Completion[]): Completion[] {
  return completions.filter(
    ({ udfType, identifier }) =>
      (udfType === "Query" || udfType === "Mutation") && !identifier.startsWith("seeding:"),
  );
}

/** The largest `size` of what some executions cost. */
export function largestOf(
  completions: readonly Completion[],
  size: (cost: Cost) => number,
): number {
  return Math.max(0, ...completions.map((completion) => size(costOf(completion))));
}
