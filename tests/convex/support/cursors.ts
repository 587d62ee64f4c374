/**
 * convex-test takes any cursor for any query. Convex does not: a cursor carries a fingerprint of the whole query it came
 * from, bounds and filters included (convex-backend, `crates/common/src/query.rs`), and serves no other.
 */
import { z } from "zod";

const pageArgs = z.looseObject({
  query: z.unknown(),
  cursor: z.nullable(z.string()),
  endCursor: z.nullish(z.string()),
});
const pageResult = z.looseObject({
  continueCursor: z.nullable(z.string()),
  splitCursor: z.nullish(z.string()),
});
const cursorParts = z.tuple([z.string(), z.string()]);

type AsyncSyscall = (op: string, jsonArgs: string) => Promise<string>;
interface ConvexGlobal {
  readonly syscall: unknown;
  readonly asyncSyscall: AsyncSyscall;
  readonly jsSyscall: unknown;
}

const guarded = new WeakSet<ConvexGlobal>();

/** From here on, convex-test refuses a cursor of another query, as Convex does. Call it after `convexTest`. */
export function refuseForeignCursors(): void {
  // What convex-test leaves in the global scope, and the `convex` package calls.
  const scope = globalThis as unknown as { Convex: ConvexGlobal };
  const real = scope.Convex;
  if (guarded.has(real)) return;
  scope.Convex = {
    get syscall() {
      return real.syscall;
    },
    get asyncSyscall() {
      const call = real.asyncSyscall; // the present test's
      return (op: string, json: string) =>
        op === "1.0/queryPage" ? readPage(call, json) : call(op, json);
    },
    get jsSyscall() {
      return real.jsSyscall;
    },
  };
  guarded.add(scope.Convex);
}

async function readPage(call: AsyncSyscall, json: string): Promise<string> {
  const { query, cursor, endCursor, ...rest } = pageArgs.parse(JSON.parse(json));
  const fingerprint = JSON.stringify(query);
  const own = {
    cursor: opened(cursor, fingerprint),
    endCursor: opened(endCursor, fingerprint),
  };
  const answer = await call("1.0/queryPage", JSON.stringify({ query, ...own, ...rest }));
  const { continueCursor, splitCursor, ...page } = pageResult.parse(JSON.parse(answer));
  const closed = (position: string | null | undefined) =>
    position == null ? position : JSON.stringify([fingerprint, position]);
  return JSON.stringify({
    ...page,
    continueCursor: closed(continueCursor),
    splitCursor: closed(splitCursor),
  });
}

/** The position in a cursor of the query with this fingerprint. */
function opened<Absent extends null | undefined>(
  cursor: string | Absent,
  fingerprint: string,
): string | Absent {
  if (typeof cursor !== "string") return cursor;
  const parts = cursorParts.safeParse(parsed(cursor)).data;
  if (parts?.[0] !== fingerprint) throw new InvalidCursor();
  return parts[1];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Becomes a ConvexError in the `convex` package, as every refusal with data. */
class InvalidCursor extends Error {
  readonly data = { isConvexSystemError: true, paginationError: "InvalidCursor" };

  constructor() {
    super(
      "InvalidCursor: Tried to run a query starting from a cursor, but it looks like this cursor is from a different query.",
    );
  }
}
