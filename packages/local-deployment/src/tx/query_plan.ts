import { z } from "zod";
import { FunctionError } from "../lib/errors.ts";
import type { Index, Table } from "../storage/catalog.ts";
import { compileFilter } from "../values/queries/filter.ts";
import { compileRange } from "../values/queries/range.ts";
import type { Document } from "./document.ts";
import { byIdIndex } from "./pending_commit.ts";
import type { Transaction, View } from "./transaction.ts";

const rangeExpression = z.object({
  type: z.enum(["Eq", "Gt", "Gte", "Lt", "Lte"]),
  fieldPath: z.string(),
  value: z.json(),
});
const order = z
  .enum(["asc", "desc"])
  .nullish()
  .transform((given) => given ?? "asc");

/** A query as the `convex` package serialises it (convex/src/server/impl/query_impl.ts). */
export const serializedQuery = z.object({
  source: z.discriminatedUnion("type", [
    z.object({ type: z.literal("FullTableScan"), tableName: z.string(), order }),
    z.object({
      type: z.literal("IndexRange"),
      indexName: z.string(),
      range: z.array(rangeExpression),
      order,
    }),
    z.object({ type: z.literal("Search"), indexName: z.string(), filters: z.array(z.unknown()) }),
  ]),
  operators: z.array(z.union([z.object({ filter: z.json() }), z.object({ limit: z.number() })])),
});
/** A query, as the convex package's query builder writes it. */
export type SerializedQuery = z.infer<typeof serializedQuery>;

/** A step that documents pass after they are read. */
export type Operator =
  | { readonly kind: "filter"; readonly keeps: (document: Document) => boolean }
  | { readonly kind: "limit"; readonly limit: number };

/** What to read, in keys: null when the table isn't there, so that there is nothing. */
export interface QueryPlan {
  /** The table's name. */
  readonly table: string;
  readonly source: { readonly indexId: number } | { readonly byId: number };
  readonly trackedAs: string;
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
  readonly order: "asc" | "desc";
}

/** A compiled query. */
export interface CompiledQuery {
  readonly plan: QueryPlan | null;
  readonly operators: readonly Operator[];
}

const BY_ID = ["_id"];

/** Compiles a query of one component's tables. @throws FunctionError in production's words. */
export function compileQuery(
  tx: Transaction,
  component: string,
  query: SerializedQuery,
  view: View,
): CompiledQuery {
  const operators = query.operators.map(compileOperator);
  const { source } = query;
  if (source.type === "Search") {
    throw new FunctionError(
      `Search and vector indexes are not in the local deployment (index ${source.indexName}).`,
    );
  }
  const [tableName, indexName] =
    source.type === "FullTableScan"
      ? [source.tableName, "by_creation_time"]
      : splitIndexName(source.indexName);
  const range = source.type === "FullTableScan" ? [] : source.range;
  const table = tx.table(component, tableName, view);
  if (table === undefined) {
    if (indexName !== "by_creation_time" && indexName !== "by_id") {
      throw new FunctionError(`Index ${tableName}.${indexName} not found.`);
    }
    return { plan: null, operators };
  }
  const index = findIndex(table, indexName);
  const keys = compileRange(
    index === null ? BY_ID : index.fields,
    range,
    `${tableName}.${indexName}`,
  );
  return {
    plan: {
      table: tableName,
      source: index === null ? { byId: table.id } : { indexId: index.id },
      trackedAs: index === null ? byIdIndex(table) : String(index.id),
      ...keys,
      order: source.order,
    },
    operators,
  };
}

function splitIndexName(name: string): [string, string] {
  const dot = name.indexOf(".");
  if (dot < 0) throw new FunctionError(`Index ${name} not found.`);
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function findIndex(table: Table, name: string): Index | null {
  if (name === "by_id") return null;
  const index = table.indexes.get(name);
  if (index === undefined) throw new FunctionError(`Index ${table.name}.${name} not found.`);
  return index;
}

function compileOperator(operator: SerializedQuery["operators"][number]): Operator {
  if ("limit" in operator) return { kind: "limit", limit: operator.limit };
  return { kind: "filter", keeps: compileFilter(operator.filter) };
}
