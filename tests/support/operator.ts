/** What an operator can do to a deployment: run any function, read any table, see which work is left. */
import { ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { z } from "zod";
import type { Target } from "../../scripts/lib/convex-cli.ts";
import { callSystem } from "../../scripts/lib/deployment-api.ts";
import { until } from "./until.ts";

const PAGE_ROWS = 1_000;

const pageSchema = z.object({
  status: z.literal("success"),
  value: z.object({
    page: z.array(z.looseObject({ _id: z.string() })),
    isDone: z.boolean(),
    continueCursor: z.string(),
  }),
});

/** A document as the dashboard shows it. */
export type Row = z.infer<typeof pageSchema>["value"]["page"][number];

/** Every document of a table, oldest first, in as many pages as it takes. */
export async function readTable(target: Target, table: string, component = ""): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = null; ;) {
    const paginationOpts = { numItems: PAGE_ROWS, cursor };
    const answer = await callSystem(target, "/api/query", {
      path: "_system/cli/tableData",
      args: { table, order: "asc", paginationOpts },
      format: "json",
      ...(component !== "" && { componentPath: component }),
    });
    const { page, isDone, continueCursor } = pageSchema.parse(answer).value;
    rows.push(...page);
    if (isDone) return rows;
    cursor = continueCursor;
  }
}

/** Runs any mutation, internal ones too, as `npx convex run` does. */
export async function runMutation<F extends FunctionReference<"mutation", "public" | "internal">>(
  target: Target,
  reference: F,
  args: FunctionArgs<F>,
): Promise<FunctionReturnType<F>> {
  return (await adminClient(target).mutation(asPublic(reference), args)) as FunctionReturnType<F>;
}

/** Runs any query, internal ones too. */
export async function runQuery<F extends FunctionReference<"query", "public" | "internal">>(
  target: Target,
  reference: F,
  args: FunctionArgs<F>,
): Promise<FunctionReturnType<F>> {
  return (await adminClient(target).query(asPublic(reference), args)) as FunctionReturnType<F>;
}

/** An administrator may name internal functions; the client's types know only the public ones. */
function asPublic<Type extends "query" | "mutation">(
  reference: FunctionReference<Type, "public" | "internal">,
): FunctionReference<Type> {
  return reference as unknown as FunctionReference<Type>;
}

function adminClient({ url, adminKey }: Target): ConvexHttpClient {
  const client = new ConvexHttpClient(url, { logger: false });
  // The method is there, but kept out of the published types.
  (client as unknown as { setAdminAuth(key: string): void }).setAdminAuth(adminKey);
  return client;
}

/** Scheduled functions that run now, or are due within so many milliseconds. */
export async function scheduledWork(target: Target, dueWithinMs: number): Promise<Row[]> {
  const due = Date.now() + dueWithinMs;
  const isLeft = (row: Row) =>
    isInState(row, "inProgress") || (isInState(row, "pending") && Number(row.scheduledTime) <= due);
  return (await readTable(target, "_scheduled_functions")).filter(isLeft);
}

function isInState({ state }: Row, kind: string): boolean {
  return typeof state === "object" && state !== null && "kind" in state && state.kind === kind;
}

/**
 * The workpool's jobs that have something left to do. The check whether Clerk has deleted a user, a minute after they
 * asked for it, has nothing to do once their row is gone.
 */
export async function workpoolJobs(target: Target): Promise<Row[]> {
  const jobs = await readTable(target, "work", "workpool");
  return jobs.filter(({ fnName }) => !String(fnName).includes("auth/deletion:checkDeletion"));
}

/** Waits until no job is left and no scheduled function runs or is due soon. */
export async function untilIdle(
  target: Target,
  { dueWithinMs, timeoutMs }: { dueWithinMs: number; timeoutMs: number },
): Promise<void> {
  const isIdle = async () =>
    // In this order: a scheduled function that ends may have enqueued a job.
    (await scheduledWork(target, dueWithinMs)).length === 0 &&
    (await workpoolJobs(target)).length === 0;
  await until("the deployment to have no work left", isIdle, { intervalMs: 50, timeoutMs });
}
