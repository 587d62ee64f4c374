/** The transactions of an operation, as the deployment's function log tells of them. */
import { z } from "zod";
import type { Target } from "../../../scripts/lib/convex-cli.ts";
import type { Lane } from "./lane.ts";

/** A committed transaction: the `nth` of this function since the operation began. */
export interface Step {
  /** With the component it is of, if it is of one. */
  function: string;
  nth: number;
}

const logSchema = z.object({
  entries: z.array(
    z.object({
      udfType: z.string(),
      identifier: z.string(),
      componentPath: z.string().nullish(),
      error: z.string().nullish(),
    }),
  ),
  newCursor: z.number(),
});

type Entry = z.infer<typeof logSchema>["entries"][number];

async function readLog(target: Target, cursor: number, signal?: AbortSignal) {
  const url = new URL(`/api/stream_function_logs?cursor=${String(cursor)}`, target.url);
  const response = await fetch(url, {
    headers: { authorization: `Convex ${target.adminKey}` },
    ...(signal && { signal }),
  });
  return logSchema.parse(await response.json());
}

/** Where the log stands. */
export async function logCursor({ world }: Lane): Promise<number> {
  return (await readLog(world.deployment, 0)).newCursor;
}

/**
 * The transactions since `cursor`: all of the app's; of each of the components' the first, as how often a workpool
 * looks for work is a matter of time.
 */
export async function recordedSteps({ world }: Lane, cursor: number): Promise<Step[]> {
  const { entries } = await readLog(world.deployment, cursor);
  const seen = new Map<string, number>();
  return entries.filter(isCommit).flatMap((entry) => {
    const name = nameOf(entry);
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return entry.componentPath && nth > 1 ? [] : [{ function: name, nth }];
  });
}

function isCommit({ udfType, error }: Entry): boolean {
  return udfType === "Mutation" && !error;
}

function nameOf({ componentPath, identifier }: Entry): string {
  return componentPath ? `${componentPath}/${identifier}` : identifier;
}

/** Has something done as soon as a transaction has been committed; returns once it is watched for. */
export async function whenCommitted(
  lane: Lane,
  step: Step,
  then: () => Promise<void>,
): Promise<void> {
  const from = await logCursor(lane);
  void watch(lane, step, from).then(async (found) => {
    if (found) await then();
  });
}

async function watch({ world }: Lane, step: Step, from: number): Promise<boolean> {
  let cursor = from;
  for (let seen = 0; ;) {
    try {
      const { entries, newCursor } = await readLog(world.deployment, cursor);
      seen += entries.filter(isCommit).filter((entry) => nameOf(entry) === step.function).length;
      if (seen >= step.nth) return true;
      cursor = newCursor;
    } catch {
      return false; // the deployment has been ended: the case is over
    }
  }
}
