import type { Write } from "../console.ts";

/** The `Convex` global that bundled functions call (convex/src/server/impl/syscall.ts). */
export interface ConvexGlobal {
  syscall(op: string, args: string): string;
  asyncSyscall(op: string, args: string): Promise<string>;
  jsSyscall(op: string, args: Record<string, unknown>): unknown;
}

/** The host functions of an isolate; an action has more of them than a query. */
export interface IsolateHost {
  readonly convex: ConvexGlobal;
  /** Receives the lines of the `console`. */
  readonly log: Write;
  readonly performance: object;
  readonly crypto: object;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Calls back after so many milliseconds. @returns a function that cancels it @throws Error where timers are not allowed */
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
