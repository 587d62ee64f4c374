import type { IsolateHost } from "./context/host.ts";
import { seededRandom } from "./random.ts";

/** Production's text for most operations that a module uses before any of its functions runs. */
export const AT_IMPORT = "unsupported at import time";

/** Production's errors for operations that code may not use while it is evaluated. */
interface Evaluation {
  readonly syscall: (op: string) => string;
  readonly asyncSyscall: (op: string) => string;
  readonly jsSyscall: (op: string) => string;
  readonly fetch: string;
  /** For timers; null: they are created and never fire. */
  readonly timer: ((name: string) => string) | null;
  /** For keys and random values of `crypto`; null: they are allowed. */
  readonly randomValues: string | null;
  /** Appended to "Date", "Math.random" and so on; null: they are allowed, with a fixed time. */
  readonly nondeterminism: string | null;
  readonly canImport: boolean;
}

/**
 * What a push evaluates. Timers are made and never call back: in production their wait is refused by a promise that is
 * never awaited (npm-packages/udf-runtime/src/02_timers.ts).
 */
function inPush(unsupported: string, when: string, isDeterministic: boolean): Evaluation {
  return {
    syscall: (op) => `Syscall ${op} unsupported ${when}`,
    asyncSyscall: (op) => `Syscall ${op} ${unsupported}`,
    jsSyscall: (op) => `Syscall ${op} ${unsupported}`,
    fetch: `fetch() ${unsupported}`,
    timer: null,
    randomValues: `Cannot use cryptographic randomness ${when}`,
    nondeterminism: isDeterministic ? when : null,
    canImport: true,
  };
}

/** Everything that is evaluated outside of functions, with the file below crates/isolate/src/environment that it is from. */
export const EVALUATIONS = {
  /** Modules, before a query or mutation in them is called (udf/phase.rs). */
  functionCall: {
    syscall: () => "Can't use database at import time",
    asyncSyscall: (op) =>
      op === "1.0/runUdf"
        ? "Cannot call another function at import time"
        : "Can't use database at import time",
    jsSyscall: (op) => `${op} ${AT_IMPORT}`,
    fetch: `fetch() ${AT_IMPORT}`,
    timer: (name) => `${name} ${AT_IMPORT}`,
    randomValues: null,
    nondeterminism: null,
    canImport: false,
  },
  /** Modules, when they are pushed (analyze.rs). */
  modules: inPush(AT_IMPORT, "at import time", false),
  /** `schema.ts` (schema.rs). */
  schema: inPush("unsupported while evaluating schema", "when evaluating schema", false),
  /** `auth.config.ts` (auth_config.rs). */
  authConfig: inPush(
    "unsupported while evaluating auth config file",
    "when evaluating auth config file",
    true,
  ),
  /** `convex.config.ts` (component_definitions.rs). */
  appDefinition: inPush(
    "unsupported while evaluating app definition",
    "when evaluating app definition",
    true,
  ),
} as const satisfies Record<string, Evaluation>;

/**
 * Serves code while it is evaluated: refuses what that kind of code may not do.
 *
 * @param now - The time that `Date` gives, in milliseconds since 1970.
 * @param seed - Of `Math.random`.
 */
export function evaluationHost(
  evaluation: Evaluation,
  { now, seed }: { readonly now: number; readonly seed: number },
): Omit<IsolateHost, "variable" | "log" | "fail"> {
  const { nondeterminism, randomValues, timer } = evaluation;
  return {
    convex: {
      syscall: (op) => refuse(evaluation.syscall(op)),
      asyncSyscall: (op) => refuse(evaluation.asyncSyscall(op)),
      jsSyscall: (op) => refuse(evaluation.jsSyscall(op)),
    },
    // Asynchronously, as in production: in a push, a rejection that is not awaited is no failure.
    fetch: async () => {
      await Promise.resolve();
      return refuse(evaluation.fetch);
    },
    after: (name) => (timer === null ? () => undefined : refuse(timer(name))),
    crypto: randomValues === null ? crypto : cryptoWithoutRandomness(randomValues),
    performance:
      nondeterminism === null
        ? { now: () => 0, timeOrigin: now, toJSON: () => ({ timeOrigin: now }) }
        : new Proxy(
            {},
            { get: () => refuse(`The Performance API is not supported ${nondeterminism}`) },
          ),
    now: () => (nondeterminism === null ? now : refuse(`Date unsupported ${nondeterminism}`)),
    random:
      nondeterminism === null
        ? seededRandom(seed)
        : () => refuse(`Math.random unsupported ${nondeterminism}`),
    canImport: evaluation.canImport,
  };
}

function cryptoWithoutRandomness(message: string): object {
  const subtle = new Proxy(crypto.subtle, {
    get: (target, name) => {
      if (name === "generateKey") {
        return async () => {
          await Promise.resolve();
          refuse(message);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      const bound: unknown = typeof value === "function" ? value.bind(target) : value;
      return bound;
    },
  });
  const refuseAll = () => refuse(message);
  return { getRandomValues: refuseAll, randomUUID: refuseAll, subtle };
}

function refuse(message: string): never {
  throw new Error(message);
}
