/** What every endpoint of the API does before and after its own part. */
import { createHash } from "node:crypto";
import type { Context, Handler } from "hono";
import { z } from "zod";
import type { Table } from "../shared/journal.ts";
import type { StandInEnv } from "../shared/middleware.ts";
import { listJson } from "./describe.ts";
import { invalid, missing, refusalOf, StripeRefusal } from "./errors.ts";
import { parseForm } from "./form.ts";
import type { Ledger, Work } from "./ledger.ts";

const REPLAY_SECONDS = 24 * 60 * 60; // how long Stripe remembers a key

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
 * An endpoint: reads and checks its parameters, answers a repeated idempotency key as the first
 * time, and otherwise does its work and commits it together with the answer.
 */
export function endpoint<Schema extends z.ZodType>(
  ledger: Ledger,
  schema: Schema,
  run: (call: Call<z.infer<Schema>>) => object,
): Handler<StandInEnv> {
  return async (context) => {
    const text = await bodyOrQuery(context);
    const key = context.req.method === "POST" ? context.req.header("idempotency-key") : undefined;
    const fingerprint = digest(`${context.req.method} ${context.req.path}\n${text}`);
    if (key !== undefined) {
      const replay = replayOf(ledger, key, fingerprint);
      if (replay !== undefined) return context.json(replay, 200, { "idempotent-replayed": "true" });
    }
    const form = parseForm(text);
    if (form === undefined) throw invalid("Invalid request: the parameters can't be read.");
    const params = schema.safeParse(form);
    if (!params.success) throw refusalOf(params.error);
    const work = ledger.work();
    work.idempotencyKey = key ?? null;
    const body = run({ params: params.data, id: context.req.param("id") ?? "", work });
    if (key !== undefined) {
      work.add(ledger.replays.put(key, { key, fingerprint, body, created: work.now }));
    }
    work.commit();
    return context.json(body);
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

function replayOf(ledger: Ledger, key: string, fingerprint: string): object | undefined {
  const replay = ledger.replays.get(key);
  if (replay === undefined || replay.created + REPLAY_SECONDS < ledger.seconds()) return undefined;
  if (replay.fingerprint !== fingerprint) {
    throw new StripeRefusal(400, {
      type: "idempotency_error",
      message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    });
  }
  return z.looseObject({}).parse(replay.body);
}

/** Forgets the keys that have had their day. */
export function forgetOldReplays(ledger: Ledger): void {
  const work = ledger.work();
  for (const { key, created } of ledger.replays.values()) {
    if (created + REPLAY_SECONDS < work.now) work.add(ledger.replays.remove(key));
  }
  work.commit();
}

async function bodyOrQuery(context: Context<StandInEnv>): Promise<string> {
  const body = context.req.method === "GET" ? "" : await context.req.text();
  return body === "" ? new URL(context.req.url).search : body;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
