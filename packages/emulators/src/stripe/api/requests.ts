/** What all endpoints of the API share: parameters, transaction, idempotency key, and lists. */
import type { Context, Handler } from "hono";
import { z } from "zod";
import type { Table } from "../../shared/journal.ts";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { listJson } from "../store/json.ts";
import { invalid, noSuchObject, invalidParameters, StripeError } from "../errors.ts";
import { parseForm } from "./form.ts";
import { keyOf, requestIdOf, savingOf } from "./idempotency.ts";
import type { StripeStore, Transaction } from "../store/store.ts";

/** A request with validated parameters. */
export interface EndpointRequest<Params> {
  params: Params;
  /** The `:id` of the path. */
  id: string;
  tx: Transaction;
}

/** A text or null, which Stripe's clients send as `""`. */
export const nullableText = z.string().transform((text) => (text === "" ? null : text));

/** An integer in a form. */
export const formInt = z
  .string()
  .regex(/^-?\d{1,9}$/, "is not an integer")
  .transform(Number);

const formSeconds = z
  .string()
  .regex(/^\d{1,12}$/, "is not a time")
  .transform(Number);

/** A range of epoch seconds, as in `created[gte]=…`. */
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

/** A boolean in a form. */
export const formBoolean = z.enum(["true", "false"]).transform((text) => text === "true");

/** Metadata in a form. An empty value deletes its key. */
export const formMetadata = z.record(z.string().max(40), z.string().max(500));

/** The metadata, with changes applied. */
export function withMetadata(
  old: Record<string, string>,
  changes: Record<string, string> = {},
): Record<string, string> {
  const entries = Object.entries({ ...old, ...changes });
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}

/**
 * Makes an endpoint: it validates the parameters, calls `run`, and commits the transaction together with
 * the answer, which is saved for the idempotency key. A `StripeError` of `run` is saved, too. Errors about
 * the parameters are not, because nothing has been executed.
 */
export function endpoint<Schema extends z.ZodType>(
  store: StripeStore,
  schema: Schema,
  run: (request: EndpointRequest<z.infer<Schema>>) => object,
): Handler<EmulatorEnv> {
  return async (context) => {
    const form = parseForm(await bodyOrQuery(context));
    if (form === undefined) throw invalid("Invalid request: the parameters can't be parsed.");
    const params = schema.safeParse(form);
    if (!params.success) throw invalidParameters(params.error);
    const key = await keyOf(context);
    const save = (tx: Transaction, status: number, body: object) => {
      if (key) tx.add(savingOf(store, key, { status, body, requestId: requestIdOf(context) }));
      tx.commit();
    };
    const tx = store.begin();
    tx.request = { id: requestIdOf(context), idempotency_key: key?.key ?? null };
    try {
      const body = run({ params: params.data, id: context.req.param("id") ?? "", tx });
      save(tx, 200, body);
      return context.json(body);
    } catch (error) {
      if (error instanceof StripeError) save(store.begin(), error.status, error.body);
      throw error;
    }
  };
}

/** The parameters of all lists. */
export const listParams = z.strictObject({
  limit: formInt.pipe(z.int().min(1).max(100)).optional(),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
});

/** One page of a table, newest first. @throws StripeError if the cursor isn't a row */
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
    if (index === -1) throw noSuchObject("object", id, param);
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
