/**
 * Bounded reads. A transaction may read 16 MiB and a function return as much, while a single
 * document may have 1 MiB: a bound on the number of documents is not enough.
 */
import { getConvexSize, type Value } from "convex/values";
import type { PaginationOptions } from "convex/server";

/**
 * What one list, page or batch may read, in bytes. The rest of the 16 MiB is for the document that
 * exceeded the bound, and for what else the transaction reads. 200 projects with the
 * longest prompts fit.
 */
export const MAX_READ_BYTES = 12 * 1024 * 1024;

/** The most rows of one page. Convex's clients ask for tens. */
const MAX_PAGE_ROWS = 200;

/**
 * The first documents of a query: at most `limit`, and no more than fit into `maxBytes` (but one,
 * if there is one).
 */
export async function takeWithin<T extends Value>(
  documents: AsyncIterable<T>,
  { limit, maxBytes = MAX_READ_BYTES }: { limit: number; maxBytes?: number },
): Promise<T[]> {
  const taken: T[] = [];
  let bytes = 0;
  for await (const document of documents) {
    bytes += getConvexSize(document);
    if (taken.length > 0 && bytes > maxBytes) break;
    taken.push(document);
    if (taken.length === limit) break;
  }
  return taken;
}

/** A client's pagination options, cut down to what one page may read. */
export function boundedPage(options: PaginationOptions): PaginationOptions {
  return {
    ...options,
    numItems: clamp(options.numItems, MAX_PAGE_ROWS),
    maximumBytesRead: clamp(options.maximumBytesRead ?? MAX_READ_BYTES, MAX_READ_BYTES),
  };
}

/** The most rows of a page of a sweep: each may be a call to another service. */
const MAX_SWEPT_ROWS = 50;

/** The pagination options of a sweep's page. */
export function sweptRows(cursor: string | null): PaginationOptions {
  return { cursor, numItems: MAX_SWEPT_ROWS, maximumBytesRead: MAX_READ_BYTES };
}

/** The nearest whole number from 1 to `max`. */
function clamp(value: number, max: number): number {
  return Math.min(Math.max(1, Math.floor(value) || 1), max);
}

/** The page that a paginated query returns to a signed-out caller. */
export function emptyPage(): { page: never[]; isDone: true; continueCursor: string } {
  return { page: [], isDone: true, continueCursor: "" };
}
