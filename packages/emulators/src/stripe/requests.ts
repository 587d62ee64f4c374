/** What every endpoint of the API does before and after its own part. */
import type { Context, Handler } from "hono";
import { z } from "zod";
import type { Table } from "../shared/journal.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { listJson } from "./describe.ts";
import { invalid, missing, refusalOf, StripeRefusal } from "./errors.ts";
import { parseForm } from "./form.ts";
import { keyOf, requestIdOf, savingOf } from "./idempotency.ts";
import type { Ledger, Work } from "./ledger.ts";

/** One request, as its endpoint sees it. */
export interface Call<Params> {
  params: Params;
  /** The `:id` of the path. */
  id: string;
  work: Work;
}

/** A text that a form may empty: `""` is how Stripe's clients send null. */
export const nullableText = z.string().transform((text) => (text === "" ? null : text));

/** A whole number, as a form has it. */
export const formInt = z
  .string()
  .regex(/^-?\d{1,9}$/, "is not an integer")
  .transform(Number);

const formSeconds = z
  .string()
  .regex(/^\d{1,12}$/, "is not a time")
  .transform(Number);

/** A range of epoch seconds, as lists take it: `created[gte]=…`. */
export const formRange = z.strictObject({
  gt: formSeconds.optional(),
  gte: formSeconds.optional(),
  lt: formSeconds.optional(),
  lte: formSeconds.optional(),
});

/** Whether a time is within a range. */
export function isWithin(seconds: number, range: z.infer<typeof formRange> = {}): boolean {
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range;
  return seconds > gt && seconds >= gte && seconds < lt && seconds <= lte;
}

/** A truth value, as a form has it. */
export const formBoolean = z.enum(["true", "false"]).transform((text) => text === "true");

/** Metadata as it comes: an empty value takes its key away. */
export const formMetadata = z.record(z.string().max(40), z.string().max(500));

/** The metadata with these changes. */
export function withMetadata(
  old: Record<string, string>,
  changes: Record<string, string> = {},
): Record<string, string> {
  const entries = Object.entries({ ...old, ...changes });
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

/**
 * An endpoint: reads and checks its parameters, does its work, and commits it together with the
 * answer that is saved under the request's idempotency key. A refusal of the work itself is saved
 * too; one of the parameters is not, as nothing has been executed by then.
 */
export function endpoint<Schema extends z.ZodType>(
  ledger: Ledger,
  schema: Schema,
  run: (call: Call<z.infer<Schema>>) => object,
): Handler<EmulatorEnv> {
  return async (context) => {
    const form = parseForm(await bodyOrQuery(context));
    if (form === undefined) throw invalid("Invalid request: the parameters can't be read.");
    const params = schema.safeParse(form);
    if (!params.success) throw refusalOf(params.error);
    const key = await keyOf(context);
    const save = (work: Work, status: number, body: object) => {
      if (key) work.add(savingOf(ledger, key, { status, body, requestId: requestIdOf(context) }));
      work.commit();
    };
    const work = ledger.work();
    work.request = { id: requestIdOf(context), idempotency_key: key?.key ?? null };
    try {
      const body = run({ params: params.data, id: context.req.param("id") ?? "", work });
      save(work, 200, body);
      return context.json(body);
    } catch (error) {
      if (error instanceof StripeRefusal) save(ledger.work(), error.status, error.body);
      throw error;
    }
  };
}

/** The parameters of every list. */
export const listParams = z.strictObject({
  limit: formInt.pipe(z.int().min(1).max(100)).optional(),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
});

/** One page of a table, newest first. @throws StripeRefusal for a cursor that is no row */
export function page<Row extends { id: string }>(
  table: Table<Row>,
  params: z.infer<typeof listParams>,
  path: string,
  keep: (row: Row) => boolean,
  describe: (row: Row) => object,
) {
  const { limit = 10, starting_after: after, ending_before: before } = params;
  const rows = table.values().filter(keep).reverse();
  const indexOf = (id: string, param: string): number => {
    const index = rows.findIndex((row) => row.id === id);
    if (index === -1) throw missing("object", id, param);
    return index;
  };
  if (before !== undefined) {
    const end = indexOf(before, "ending_before");
    const start = Math.max(0, end - limit);
    return listJson(rows.slice(start, end).map(describe), path, start > 0);
  }
  const start = after === undefined ? 0 : indexOf(after, "starting_after") + 1;
  const slice = rows.slice(start, start + limit);
  return listJson(slice.map(describe), path, start + limit < rows.length);
}

async function bodyOrQuery(context: Context<EmulatorEnv>): Promise<string> {
  const body = context.req.method === "GET" ? "" : await context.req.text();
  return body === "" ? new URL(context.req.url).search : body;
}
