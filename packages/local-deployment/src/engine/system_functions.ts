import { DATA_PAGE_LIMITS } from "../limits/requests.ts";
import { z } from "zod";
import { FunctionError } from "../lib/errors.ts";
import { readPage } from "../tx/pagination.ts";
import type { Transaction } from "../tx/transaction.ts";
import { parseJsonText } from "../values/encoding/json_text.ts";
import type { Component } from "./code/components.ts";
import type { EngineState } from "./state.ts";

/** A query of the deployment itself, for the CLI. Returns Convex JSON text. */
type SystemFunction = (
  state: EngineState,
  tx: Transaction,
  component: Component,
  args: unknown,
) => string;

const tableName = z.object({ tableName: z.string() });
const pageOptions = z.object({
  numItems: z.number(),
  cursor: z.string().nullable(),
  endCursor: z.string().nullish(),
});
const tableDataArgs = z.object({
  table: z.string(),
  order: z.enum(["asc", "desc"]),
  paginationOpts: pageOptions,
});

const functions: Readonly<Record<string, SystemFunction>> = {
  "_system/cli/queryEnvironmentVariables": (state) => {
    const variables = Object.entries(state.code.environment);
    return JSON.stringify(variables.map(([name, value]) => ({ name, value })));
  },
  "_system/cli/queryEnvironmentVariables:get": (state, _tx, _component, args) => {
    const { name } = z.object({ name: z.string() }).parse(args);
    const value = Object.hasOwn(state.code.environment, name)
      ? state.code.environment[name]
      : undefined;
    return JSON.stringify(value === undefined ? null : { name, value });
  },
  "_system/cli/tables": (state, tx, component) => {
    tx.reads.depend(`absent:${component.id}`, new Uint8Array(), null);
    const tables = state.store.catalog.tables(component.id).filter((t) => !t.name.startsWith("_"));
    const page = tables.map(({ name }) => ({ name })).sort((a, b) => (a.name < b.name ? -1 : 1));
    return JSON.stringify({ page, isDone: true, continueCursor: "end" });
  },
  "_system/cli/tableData": (_state, tx, component, args) => {
    const { table, order, paginationOpts } = tableDataArgs.parse(args);
    const page = readPage(
      tx,
      component.id,
      {
        query: { source: { type: "FullTableScan", tableName: table, order }, operators: [] },
        cursor: paginationOpts.cursor,
        endCursor: paginationOpts.endCursor,
        pageSize: paginationOpts.numItems,
        maximumRowsRead: DATA_PAGE_LIMITS.rows,
        maximumBytesRead: DATA_PAGE_LIMITS.bytes,
      },
      "transaction",
    );
    const { page: documents, ...rest } = page;
    return `{"page":[${documents.join(",")}],${JSON.stringify(rest).slice(1)}`;
  },
  "_system/cli/queryTable": (_state, tx, component, args) => {
    countTable(tx, component, tableName.parse(args).tableName);
    return JSON.stringify(Math.random());
  },
  "_system/cli/tableSize": (_state, tx, component, args) =>
    String(countTable(tx, component, tableName.parse(args).tableName)),
  // No import runs, so that the CLI asks to begin one, and is refused with the reason.
  "_system/cli/queryImport:list": () => "[]",
  "_system/cli/modules:apiSpec": (state, _tx, component) =>
    JSON.stringify(apiSpec(state, component)),
  "_system/cli/convexUrl:cloudUrl": (state) => JSON.stringify(state.urls.cloud),
  "_system/cli/convexUrl:siteUrl": (state) => JSON.stringify(state.urls.site),
  "_system/frontend/components:list": (state) => {
    const components = [...state.code.components.values()].filter((c) => c.path !== "");
    return JSON.stringify(
      components.map((c) => ({
        id: c.id,
        name: c.path.split("/").at(-1) ?? "",
        path: c.path,
        args: {},
        state: "active",
        httpPrefix: null,
      })),
    );
  },
};

/** Whether the path names one of the deployment's own functions. */
export function isSystemPath(path: string): boolean {
  return path.startsWith("_system/");
}

/** Runs one. @throws FunctionError when there is none of that name, or its arguments don't fit. */
export function runSystemFunction(
  state: EngineState,
  tx: Transaction,
  component: Component,
  path: string,
  args: unknown,
): string {
  const run = functions[path.replace(/:default$/, "")];
  if (run === undefined) {
    throw new FunctionError(`The system function ${path} is not in the local deployment.`);
  }
  try {
    return run(state, tx, component, args);
  } catch (error) {
    if (error instanceof z.ZodError) {
      throw new FunctionError(`Wrong arguments for ${path}: ${z.prettifyError(error)}`);
    }
    throw error;
  }
}

/** How many documents a table has; it is then read as a whole. */
function countTable(tx: Transaction, component: Component, name: string): number {
  const table = tx.table(component.id, name);
  return table === undefined ? 0 : tx.count(table);
}

function apiSpec(state: EngineState, component: Component): unknown[] {
  const modules = state.code.definitions.get(component.definition)?.modules ?? {};
  return Object.entries(modules).flatMap(([path, module]) => [
    ...module.functions.map((f) => ({
      identifier: `${path}:${f.name}`,
      functionType: f.udfType,
      visibility: f.visibility ?? { kind: "public" },
      args: parseJsonText(f.args),
      returns: parseJsonText(f.returns) ?? { type: "any" },
    })),
    ...(module.httpRoutes ?? []).map((route) => ({ functionType: "HttpAction", ...route })),
  ]);
}
