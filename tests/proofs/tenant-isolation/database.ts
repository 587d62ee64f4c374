/** All that a deployment stores, and the identifiers in it that belong to one user. */
import { randomBytes, randomInt } from "node:crypto";
import { z } from "zod";
import { encodeId, tryDecodeId } from "../../../packages/local-deployment/src/values/ids.ts";
import type { Target } from "../../../scripts/lib/convex-cli.ts";
import { callSystem } from "../../../scripts/lib/deployment-api.ts";
import { readTable, type Row } from "../../support/operator.ts";

/** The rows of each table, by `component/table`; the app's own are under `app/`. */
export type Dump = ReadonlyMap<string, readonly Row[]>;

const componentsSchema = z.object({ value: z.array(z.object({ path: z.string() })) });
const tablesSchema = z.object({
  value: z.object({ page: z.array(z.object({ name: z.string() })), isDone: z.literal(true) }),
});

/** Reads every row of every table, and the scheduled functions. */
export async function dumpOf(target: Target): Promise<Dump> {
  const { value } = componentsSchema.parse(
    await callSystem(target, "/api/query", { path: "_system/frontend/components:list", args: {} }),
  );
  const dump = new Map<string, readonly Row[]>();
  for (const component of ["", ...value.map(({ path }) => path)]) {
    for (const table of [...(await tablesOf(target, component)), "_scheduled_functions"]) {
      dump.set(`${component || "app"}/${table}`, await readTable(target, table, component));
    }
  }
  return dump;
}

async function tablesOf(target: Target, componentPath: string): Promise<string[]> {
  const answer = await callSystem(target, "/api/query", {
    path: "_system/cli/tables",
    args: { paginationOpts: { numItems: 1_000, cursor: null } },
    ...(componentPath !== "" && { componentPath }),
  });
  return tablesSchema.parse(answer).value.page.map(({ name }) => name);
}

/** Every row, with its table. */
export function rowsIn(dump: Dump): { table: string; row: Row }[] {
  return [...dump].flatMap(([table, rows]) => rows.map((row) => ({ table, row })));
}

/** Every string in a row, with the name of its field. */
function stringsIn(value: unknown, field = ""): { field: string; text: string }[] {
  if (typeof value === "string") return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => stringsIn(item, field));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => stringsIn(item, name));
}

/** Whether any string in a row is one of these. */
export function names(row: unknown, identifiers: ReadonlySet<string>): boolean {
  return stringsIn(row).some(({ text }) => identifiers.has(text));
}

/** Whether a table holds jobs, whose rows name things of several users. */
export function isJobTable(table: string): boolean {
  return /^workpool|\/_scheduled_functions$/.test(table);
}

/** An identifier of something that belongs to a user. */
export interface Identifier {
  /** Where it is stored: `app/messages.clientMessageId`. */
  kind: string;
  value: string;
}

/** The fields whose text is an identifier. */
const IDENTIFIER_FIELD = /(^|_)id$|Id$|^key$|[tT]oken$|email_address$|[uU]rl$/;

/** Anything shorter is a word that other rows have too. */
const MIN_LENGTH = 10;

/**
 * Every identifier of one user's things, found by following them from row to row.
 *
 * @param seeds - what to begin with: Clerk's id of the user, for one
 * @param shared - identifiers that everybody's rows have, such as a price's
 */
export function identifiersOf(dump: Dump, seeds: Identifier[], shared: string[]): Identifier[] {
  const found = new Map(seeds.map((seed) => [seed.value, seed]));
  const rows = rowsIn(dump)
    .filter(({ table }) => !isJobTable(table))
    .map(({ table, row }) => ({ table, strings: stringsIn(row) }));
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { table, strings } of rows) {
      if (!strings.some(({ text }) => found.has(text))) continue;
      for (const { field, text } of strings) {
        const isOne = IDENTIFIER_FIELD.test(field) && text.length >= MIN_LENGTH;
        if (!isOne || shared.includes(text) || found.has(text)) continue;
        found.set(text, { kind: `${table}.${field}`, value: text });
      }
    }
  }
  return [...found.values()];
}

/** An identifier of the same form that nothing has: another document's id, other digits and letters. */
export function neverExisted(value: string): string {
  const decoded = tryDecodeId(value);
  if (decoded) return encodeId(decoded.tableNumber, randomBytes(16));
  // What is before the last underscore is the kind: `sub_…`.
  const start = value.lastIndexOf("_") + 1;
  return value.slice(0, start) + value.slice(start).replaceAll(/[0-9a-z]/gi, another);
}

const ALPHANUMERIC = Array.from("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

function another(character: string): string {
  const alphabet = [/[0-9]/, /[a-f]/, /[g-z]/, /[A-F]/, /[G-Z]/].find((set) => set.test(character));
  const others = ALPHANUMERIC.filter((other) => alphabet?.test(other));
  return others[randomInt(others.length)] ?? character;
}
