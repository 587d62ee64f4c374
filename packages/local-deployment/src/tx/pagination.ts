import { TRANSACTION_LIMITS, SOFT_PAGE_RATIO, MAX_PAGE_ROWS } from "../limits/transactions.ts";
import { z } from "zod";
import { FunctionError } from "../lib/errors.ts";
import { compileQuery, serializedQuery, type SerializedQuery } from "./query_plan.ts";
import { invalidCursor, QueryStream, type Yielded } from "./query_stream.ts";
import type { Transaction, View } from "./transaction.ts";
import { LimitError } from "./usage.ts";

/** Arguments of the `queryPage` system call (convex/src/server/impl/query_impl.ts). */
export const queryPageArgs = z.object({
  query: serializedQuery,
  cursor: z.string().nullable(),
  endCursor: z.string().nullish(),
  pageSize: z.number(),
  maximumRowsRead: z.number().nullish(),
  maximumBytesRead: z.number().nullish(),
});
/** Which page of a query to read. */
export type QueryPageArgs = z.infer<typeof queryPageArgs>;

/** One page, as JSON text of its documents. */
export interface Page {
  readonly page: readonly string[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  readonly splitCursor: string | null;
  readonly pageStatus: "SplitRecommended" | "SplitRequired" | null;
}

/** What a cursor means: after this key, or the end of the range. */
type Position = { readonly after: Uint8Array } | "start" | "end";

/** Production's text for an internal error, such as a limit that is exceeded before there is a cursor. */
const INTERNAL = "Your request couldn't be completed. Try again later.";

const cursorFormat = z.tuple([z.string(), z.string().nullable()]);

/**
 * Reads one page. An end cursor says where it ends: then it has every row up to there, whatever its size
 * and its other bounds say (production's rule, without which pages would leave gaps). The transaction's
 * limits hold: one that is met ends the page, and the status says when it is better read as two
 * (`read_page_from_query` in crates/isolate/src/environment/udf/async_syscall.rs).
 *
 * @throws FunctionError with "InvalidCursor" for a cursor of another query, and for a limit that was
 *   met before there was anything on the first page
 */
export function readPage(
  tx: Transaction,
  component: string,
  args: QueryPageArgs,
  view: View,
): Page {
  checkLimits(args);
  const fingerprint = fingerprintOf(args.query);
  const from = parseCursor(args.cursor, fingerprint);
  const until = args.endCursor == null ? null : parseCursor(args.endCursor, fingerprint);
  const cursor = (position: Position) => formatCursor(position, fingerprint);
  if (from === "end") {
    return {
      page: [],
      isDone: true,
      continueCursor: cursor("end"),
      splitCursor: null,
      pageStatus: null,
    };
  }
  const stream = new QueryStream(tx, compileQuery(tx, component, args.query, view), view, {
    after: from === "start" ? null : from.after,
    until: until === null || until === "start" || until === "end" ? null : until.after,
    keepKeys: true,
  });
  try {
    const { rows, limited } = takePage(stream, args, until !== null);
    const last = stream.lastKey;
    if (limited && from === "start" && last === null) throw new FunctionError(INTERNAL);
    const ended =
      !limited && (stream.exhausted || (rows.length < args.pageSize && !stopped(stream, args)));
    const position: Position = until ?? (ended ? "end" : last === null ? from : { after: last });
    const { keys } = stream;
    const middle = keys.length > 2 ? keys[Math.floor(keys.length / 2)] : undefined;
    return {
      page: rows.map((row) => row.json),
      isDone: position === "end",
      continueCursor: cursor(position),
      splitCursor: middle === undefined ? null : cursor({ after: middle }),
      pageStatus: limited ? "SplitRequired" : statusOf(stream, args, rows.length, until !== null),
    };
  } finally {
    stream.finish();
  }
}

function checkLimits(args: QueryPageArgs): void {
  if (args.pageSize < 1)
    throw new FunctionError("Must request at least 1 document while paginating");
  if (args.pageSize > TRANSACTION_LIMITS.documentsRead) {
    throw new FunctionError(`Requested too many items: ${String(args.pageSize)}`);
  }
  if ((args.maximumRowsRead ?? 1) <= 0 || (args.maximumBytesRead ?? 1) <= 0) {
    throw new FunctionError("maximumRowsRead and maximumBytesRead must be greater than 0");
  }
}

function stopped(stream: QueryStream, args: QueryPageArgs): boolean {
  return (
    stream.rowsRead >= (args.maximumRowsRead ?? Infinity) ||
    stream.bytesRead >= (args.maximumBytesRead ?? Infinity)
  );
}

function statusOf(
  stream: QueryStream,
  args: QueryPageArgs,
  length: number,
  bounded: boolean,
): Page["pageStatus"] {
  if (!bounded && length < args.pageSize && !stream.exhausted && stopped(stream, args)) {
    return "SplitRequired";
  }
  const { documentsRead, bytesRead } = TRANSACTION_LIMITS;
  const maxRows = Math.min(args.maximumRowsRead ?? documentsRead, documentsRead);
  const maxBytes = Math.min(args.maximumBytesRead ?? bytesRead, bytesRead);
  const approaching =
    stream.rowsRead > Math.floor(maxRows * SOFT_PAGE_RATIO) ||
    stream.bytesRead > Math.floor(maxBytes * SOFT_PAGE_RATIO);
  return approaching || length > MAX_PAGE_ROWS * SOFT_PAGE_RATIO ? "SplitRecommended" : null;
}

/** @returns the page's rows, and whether a limit of the transaction ended it */
function takePage(
  stream: QueryStream,
  args: QueryPageArgs,
  bounded: boolean,
): { rows: Yielded[]; limited: boolean } {
  const rows: Yielded[] = [];
  try {
    // A page with an end cursor keeps its bounds, however many rows came in between.
    while (bounded || (rows.length < args.pageSize && !stopped(stream, args))) {
      const row = stream.next(() => !bounded && stopped(stream, args));
      if (row === null) break;
      rows.push(row);
    }
    return { rows, limited: false };
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    return { rows, limited: true };
  }
}

/** A cursor only serves the query that it came from. */
function fingerprintOf(query: SerializedQuery): string {
  return Bun.hash(JSON.stringify(query)).toString(36);
}

function formatCursor(position: Position, fingerprint: string): string {
  const key =
    position === "end"
      ? null
      : position === "start"
        ? ""
        : Buffer.from(position.after).toString("hex");
  return Buffer.from(JSON.stringify([fingerprint, key])).toString("base64url");
}

function parseCursor(cursor: string | null, fingerprint: string): Position {
  if (cursor === null) return "start";
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw invalidCursor();
  }
  const result = cursorFormat.safeParse(parsed);
  if (!result.success || result.data[0] !== fingerprint) throw invalidCursor();
  const key = result.data[1];
  if (key === null) return "end";
  return key === "" ? "start" : { after: new Uint8Array(Buffer.from(key, "hex")) };
}
