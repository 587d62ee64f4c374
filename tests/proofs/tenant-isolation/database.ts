/** All that a deployment stores, the app's tables and the components', as an operator reads it. */
import { z } from "zod";
import type { Target } from "../../../scripts/lib/convex-cli.ts";
import { callSystem } from "../../../scripts/lib/deployment-api.ts";
import { readTable, type Row } from "../../support/operator.ts";

/** The rows of each table, by `component/table`; the app's own are under `app/`. */
export type Dump = ReadonlyMap<string, readonly Row[]>;

const componentsSchema = z.object({ value: z.array(z.object({ path: z.string() })) });
const tablesSchema = z.object({
  value: z.object({ page: z.array(z.object({ name: z.string() })), isDone: z.literal(true) }),
});

/** Reads every row of every table, and what is scheduled. */
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

/** Every row, with the table it is in. */
export function rowsIn(dump: Dump): { table: string; row: Row }[] {
  return [...dump].flatMap(([table, rows]) => rows.map((row) => ({ table, row })));
}

/** Every string in a row, with the name of the field it is in. */
export function stringsIn(value: unknown, field = ""): { field: string; text: string }[] {
  if (typeof value === "string") return [{ field, text: value }];
  if (Array.isArray(value)) return value.flatMap((item) => stringsIn(item, field));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => stringsIn(item, name));
}

/** What differs between two dumps, row by row, in words. */
export function changesBetween(before: Dump, after: Dump): string[] {
  const [old, now] = [byId(before), byId(after)];
  const gone = [...old].filter(([id]) => !now.has(id));
  const fresh = [...now].filter(([id]) => !old.has(id));
  const changed = [...old].filter(([id, text]) => now.has(id) && now.get(id) !== text);
  return [
    ...gone.map(([, text]) => `gone: ${text}`),
    ...fresh.map(([, text]) => `new: ${text}`),
    ...changed.map(([id, text]) => `changed: ${text} -> ${now.get(id) ?? ""}`),
  ];
}

function byId(dump: Dump): Map<string, string> {
  return new Map(
    rowsIn(dump).map(({ table, row }) => [
      `${table} ${row._id}`,
      `${table} ${JSON.stringify(row)}`,
    ]),
  );
}
