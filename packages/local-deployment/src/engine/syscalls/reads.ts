import { z } from "zod";
import { FunctionError } from "../../lib/errors.ts";
import { compileQuery, serializedQuery, type SerializedQuery } from "../../tx/query_plan.ts";
import { queryPageArgs, readPage } from "../../tx/pagination.ts";
import { QueryStream } from "../../tx/query_stream.ts";
import type { Frame } from "../calls/frame.ts";
import { isStaged } from "../code/index_change.ts";
import type { EngineState } from "../state.ts";
import { parseArgs, type SyncSyscall, type Syscall } from "./syscall.ts";
import { normalizeId, tableOfArgument } from "./tables.ts";

const queryStreamArgs = z.object({ query: serializedQuery });

/** Starts a query. It reads nothing before the first document is asked for. */
const queryStream: SyncSyscall = (state, frame, args) => {
  const { query } = parseArgs("queryStream", queryStreamArgs, args);
  checkEnabled(state, frame, query);
  const compiled = compileQuery(frame.tx, frame.component.id, query, frame.view);
  const queryId = frame.addStream(new QueryStream(frame.tx, compiled, frame.view));
  return JSON.stringify({ queryId });
};

const queryCleanupArgs = z.object({ queryId: z.number() });

const queryCleanup: SyncSyscall = (_state, frame, args) => {
  frame.closeStream(parseArgs("queryCleanup", queryCleanupArgs, args).queryId);
  return "{}";
};

/** @throws FunctionError in production's words, when the query's index exists and is not enabled */
function checkEnabled(state: EngineState, frame: Frame, { source }: SerializedQuery): void {
  if (source.type === "FullTableScan") return;
  const schema = state.code.definitions.get(frame.component.definition)?.schema ?? null;
  if (!isStaged(schema, source.indexName)) return;
  throw new FunctionError(
    `Index ${source.indexName} is currently staged and not available to query until it is enabled.`,
  );
}

const queryStreamNextArgs = z.object({ queryId: z.number() });

const queryStreamNext: Syscall = (_state, frame, args) => {
  const { queryId } = parseArgs("queryStreamNext", queryStreamNextArgs, args);
  const stream = frame.streams.get(queryId);
  if (stream === undefined) throw new FunctionError("in-progress query not found");
  const next = stream.next();
  // The stored text is Convex JSON already.
  return next === null ? '{"value":null,"done":true}' : `{"value":${next.json},"done":false}`;
};

const getArgs = z.object({
  id: z.string(),
  isSystem: z.boolean().optional(),
  table: z.string().nullish(),
});

const get: Syscall = (state, frame, args) => {
  const { id, isSystem = false, table: expected } = parseArgs("db.get", getArgs, args);
  const method = isSystem ? "db.system.get" : "db.get";
  const table = tableOfArgument(state, frame, method, id, expected);
  if (table === undefined) return "null";
  if (table.name.startsWith("_") !== isSystem) {
    throw new FunctionError(
      isSystem
        ? `User tables can only be accessed from db.get(). (table ${table.name})`
        : `System tables can only be accessed from db.system.get(). (table ${table.name})`,
    );
  }
  return frame.tx.get(table, id, frame.view)?.json ?? "null";
};

const queryPage: Syscall = (state, frame, args) => {
  if (frame.component.path !== "") {
    throw new FunctionError(
      "paginate() is only supported in the app. Learn more at https://docs.convex.dev/components/authoring#pagination",
    );
  }
  const { execution } = frame;
  const parsed = parseArgs("queryPage", queryPageArgs, args);
  checkEnabled(state, frame, parsed.query);
  // A live page that is read again keeps the bounds it was first read with. What a function called by
  // another reads is not kept: production's journal is the outermost function's.
  const outermost = frame.parent === null;
  const endCursor = parsed.endCursor ?? (outermost ? execution.previousJournal : null);
  const page = readPage(frame.tx, frame.component.id, { ...parsed, endCursor }, frame.view);
  if (frame.paginated) {
    throw new FunctionError(
      "This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.",
    );
  }
  frame.paginated = true;
  if (outermost) execution.journal = page.continueCursor;
  const { page: documents, ...rest } = page;
  return `{"page":[${documents.join(",")}],${JSON.stringify(rest).slice(1)}`;
};

const countArgs = z.object({ table: z.string() });

const count: Syscall = (_state, frame, args) => {
  const { table: name } = parseArgs("db.count", countArgs, args);
  const table = frame.tx.table(frame.component.id, name, frame.view);
  if (table === undefined) return "0";
  return String(frame.tx.count(table, frame.view));
};

/** Reads of documents. */
export const readSyscalls: Readonly<Record<string, Syscall>> = {
  get,
  queryStreamNext,
  queryPage,
  count,
};

/** Synchronous system calls: they start and end queries, and normalize ids. */
export const syncReadSyscalls: Readonly<Record<string, SyncSyscall>> = {
  queryStream,
  queryCleanup,
  "db/normalizeId": normalizeId,
};
