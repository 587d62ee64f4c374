import type { Write } from "../console.ts";

/** The `Convex` global that bundled functions call (convex/src/server/impl/syscall.ts). */
export interface ConvexGlobal {
  syscall(op: string, args: string): string;
  asyncSyscall(op: string, args: string): Promise<string>;
  jsSyscall(op: string, args: Record<string, unknown>): unknown;
}

/** What functions may do in an isolate, which is more for an action than for a query. */
export interface IsolateHost {
  readonly convex: ConvexGlobal;
  /** Takes the lines that the `console` is given. */
  readonly log: Write;
  readonly performance: object;
  readonly crypto: object;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Calls back after so many milliseconds. @returns what takes it back @throws Error where there are no timers */
  readonly after: (name: string, ms: number, call: () => void) => () => void;
  /** The time that `Date` gives, in milliseconds since 1970. */
  readonly now: () => number;
  /** A number from 0 to below 1, for `Math.random`. */
  readonly random: () => number;
  /** An environment variable. */
  readonly variable: (name: string) => string | undefined;
  /** Whether `import()` finds modules. */
  readonly canImport: boolean;
  /** Fails the function with this error, regardless of how its promise settles. */
  readonly fail: (error: unknown) => void;
}
