/** What each public function costs at one size, and what removing large things takes. */
import type { Id } from "../../../convex/_generated/dataModel";
import type { Completion } from "../../support/function-log.ts";
import { callsOf, type PublicCall } from "./calls.ts";
import { anOwner, type Owner } from "./person.ts";
import { costOf, type Cost } from "./recorder.ts";
import { until } from "./until.ts";
import type { ScaleWorld } from "./world.ts";

/** How much there is. */
export interface Size {
  /** In each of two projects of the one who asks, who has as many other projects and bills, up to a list's worth. */
  messages: number;
  /** Other people, each with a project and a row in every other table. */
  strangers: number;
}

/** A public function, called once. */
export interface FunctionCost {
  name: string;
  /** Documents in its answer, if that is a list. */
  returned: number;
  cost: Cost;
}

/** The removal of something large, until nothing of it was left. */
export interface Ending {
  /** Everything that was run meanwhile, components' own included; what asked whether it is over is not. */
  transactions: Completion[];
}

/** What was measured at one size. */
export interface SizeReport {
  size: Size;
  costs: FunctionCost[];
  /** Of a project with so many messages. */
  removal: Ending;
  /** Of its owner, with another such project and as many as a plan allows. */
  deletion: Ending;
}

/** Grows the world and measures every public function, each in the name of the same new person. */
export async function measureAt(scale: ScaleWorld, size: Size): Promise<SizeReport> {
  await scale.addStrangers(size.strangers);
  const owner = await anOwner(scale, size.messages);
  const costs: FunctionCost[] = [];
  const endings: Partial<Record<string, Ending>> = {};
  for (const call of callsOf(owner)) {
    await call.before();
    const mark = scale.recorder.completions.length;
    costs.push(await measureCall(scale, owner, call));
    const ending = await followEnding(scale, owner, call.name, mark);
    if (ending) endings[call.name] = ending;
  }
  const removal = endings["projects/mutations:remove"];
  const deletion = endings["auth/users:deleteUser"];
  if (!removal || !deletion) throw new Error("Nothing was removed.");
  return { size, costs, removal, deletion };
}

async function measureCall(
  { recorder }: ScaleWorld,
  owner: Owner,
  { name, run }: PublicCall,
): Promise<FunctionCost> {
  const client = await owner.client();
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

/** After a removal: waits until nothing happens any more that comes of it. */
async function followEnding(
  scale: ScaleWorld,
  { userId, large, alsoLarge }: Owner,
  name: string,
  mark: number,
): Promise<Ending | null> {
  const isAccount = name === "auth/users:deleteUser";
  if (!isAccount && name !== "projects/mutations:remove") return null;
  const project = isAccount ? alsoLarge : large;
  const remains = () => leftOf(scale, isAccount ? userId : null, project);
  await until(`${name} to have removed everything`, async () => {
    const failed = transactionsOf(scale.recorder.since(mark)).find(({ error }) => error !== null);
    // Nothing would come of waiting: a scheduled mutation that fails is not tried again.
    if (failed) throw new Error(`${failed.identifier}: ${String(failed.error)}`);
    return (await remains()).length === 0;
  });
  return { transactions: transactionsOf(scale.recorder.since(mark)) };
}

async function leftOf(
  scale: ScaleWorld,
  userId: Id<"users"> | null,
  { projectId, sandboxId }: Owner["large"],
): Promise<string[]> {
  const tables = await scale.left(userId, [projectId]);
  return (await scale.hasSandbox(sandboxId)) ? [...tables, "a sandbox at Daytona"] : tables;
}

function transactionsOf(completions: readonly Completion[]): Completion[] {
  return completions.filter(
    ({ udfType, identifier }) =>
      (udfType === "Query" || udfType === "Mutation") && !identifier.startsWith("seeding:"),
  );
}

/** The largest of what some executions cost, each by `size`. */
export function largestOf(
  completions: readonly Completion[],
  size: (cost: Cost) => number,
): number {
  return Math.max(0, ...completions.map((completion) => size(costOf(completion))));
}
