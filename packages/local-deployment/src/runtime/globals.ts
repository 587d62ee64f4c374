/** The `Convex` global that bundled functions call (convex/src/server/impl/syscall.ts). */
export interface ConvexGlobal {
  syscall(op: string, args: string): string;
  asyncSyscall(op: string, args: string): Promise<string>;
  jsSyscall(op: string, args: Record<string, unknown>): unknown;
}

/** What an isolate puts in place of the machine's own globals; undefined hides the name. */
export type Overrides = Record<string, unknown>;

/** Names that Bun has and a Convex isolate does not (npm-packages/udf-runtime of get-convex/convex-backend). */
const HIDDEN_IN_ISOLATES = [
  "Bun",
  "Buffer",
  "global",
  "require",
  "module",
  "exports",
  "alert",
  "prompt",
  "confirm",
  "postMessage",
  "onmessage",
  "setImmediate",
  "clearImmediate",
  "queueMicrotask",
  "navigator",
  "WebSocket",
  "Worker",
  "MessageChannel",
  "BroadcastChannel",
  "CompressionStream",
  "DecompressionStream",
  "HTMLRewriter",
];

/** The free variables a module is compiled with; the order is the order of its parameters. */
export interface Scope {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/**
 * Makes the scope of one component's isolate modules: `overrides` as free variables, and
 * a `globalThis` that has them too and falls through to the real one for the rest. It keeps
 * components apart and functions deterministic; it is no security boundary.
 */
export function createScope(overrides: Overrides): Scope {
  const all: Overrides = { ...isolateGlobals(), ...overrides };
  // Object.create gives `any`; everything on it is looked up by user code only.
  const global = Object.create(globalThis) as Record<string, unknown>;
  for (const [name, value] of Object.entries(all)) {
    Object.defineProperty(global, name, {
      value,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }
  for (const name of ["globalThis", "self"]) {
    Object.defineProperty(global, name, { value: global, writable: true, configurable: true });
    all[name] = global;
  }
  return { names: Object.keys(all), values: Object.values(all) };
}

/** What an isolate has in place of the machine's own globals. */
function isolateGlobals(): Overrides {
  const hidden = Object.fromEntries(HIDDEN_IN_ISOLATES.map((name) => [name, undefined]));
  const atomics = Object.defineProperties({}, Object.getOwnPropertyDescriptors(Atomics));
  // Production's isolates are made so that they can't block (set_allow_atomics_wait); V8's words.
  Object.defineProperty(atomics, "wait", {
    value: () => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    },
    writable: true,
    configurable: true,
  });
  return { ...hidden, Atomics: atomics };
}

/** A `Date` that reads `now` for the current time and is otherwise the real one. */
export function dateReading(now: () => number): DateConstructor {
  const Frozen = function (...args: unknown[]): unknown {
    // Undefined for `Date()`, which gives text; a subclass for `super()`.
    const target: unknown = new.target;
    if (typeof target !== "function") return new Date(now()).toString();
    return Reflect.construct(Date, args.length === 0 ? [now()] : args, target);
  };
  Object.defineProperties(Frozen, Object.getOwnPropertyDescriptors(Date));
  Object.defineProperty(Frozen, "now", { value: now, writable: true, configurable: true });
  // It has every property of Date, and constructs Dates.
  return Frozen as unknown as DateConstructor;
}

/** A `Math` whose `random` is the given one. */
export function mathWith(random: () => number): Math {
  // It is given every property that Math has.
  const math = Object.defineProperties({}, Object.getOwnPropertyDescriptors(Math)) as Math;
  Object.defineProperty(math, "random", { value: random, writable: true, configurable: true });
  return math;
}

/** A small seeded generator (mulberry32), enough for a repeatable `Math.random`. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
