import type { IsolateHost } from "./host.ts";

/** The outside functions that a context's built-ins use. */
export interface LanguageNeeds {
  /** The host of the running code. */
  readonly host: () => IsolateHost;
  /** The text of an error's stack, made from its frames. */
  readonly stackOf: (error: object, sites: readonly NodeJS.CallSite[]) => string;
  /** V8's message for a text that `JSON.parse` refuses. */
  readonly v8JsonError: (given: unknown) => string;
}

/**
 * Makes of a new context's built-ins those of production's isolates (npm-packages/udf-runtime/src/setup.ts of
 * get-convex/convex-backend). It runs inside the context, from its text: it sees nothing but its argument.
 *
 * @returns the prototype of its promises
 */
export function setUpLanguage({ host, ...needs }: LanguageNeeds): object {
  const OwnDate = Date;
  const FrozenDate = function (...args: number[]): unknown {
    // Undefined for `Date()`, which gives text; a subclass for `super()`.
    const target: unknown = new.target;
    if (typeof target !== "function") return new OwnDate(host().now()).toString();
    return Reflect.construct(OwnDate, args.length === 0 ? [host().now()] : args, target);
  };
  Object.defineProperties(FrozenDate, Object.getOwnPropertyDescriptors(OwnDate));
  const now = { value: () => host().now(), writable: true, configurable: true };
  Object.defineProperty(FrozenDate, "now", now);
  Object.defineProperty(OwnDate.prototype, "constructor", { value: FrozenDate });

  const { parse } = JSON;
  JSON.parse = (text, reviver) => {
    try {
      const parsed: unknown = parse(text, reviver);
      return parsed;
    } catch (error) {
      // An error of the reviver is not one of the text.
      if (!(error instanceof SyntaxError) || !error.message.startsWith("JSON Parse error")) {
        throw error;
      }
      // eslint-disable-next-line preserve-caught-error -- V8's error has no cause
      throw new SyntaxError(needs.v8JsonError(text));
    }
  };

  /** Makes `call` throw errors of this context. */
  const inContext = <T>(call: () => T): T => {
    try {
      return call();
    } catch (error) {
      // eslint-disable-next-line preserve-caught-error -- functions see no more of it
      throw new Error((error as Error).message); // the deployment's own code throws nothing else
    }
  };

  const inherited: (...args: Parameters<typeof Reflect.get>) => unknown = Reflect.get;
  const environment = new Proxy(
    {},
    {
      get: (target, name, receiver) => {
        if (typeof name !== "string") return inherited(target, name, receiver);
        const value = host().variable(name);
        // Printed, it must not show what is in it.
        return value === undefined && name === "inspect" ? () => "[process.env]" : value;
      },
    },
  );

  const global: Record<string, unknown> = globalThis; // its names are the context's, not those of this file
  global.Date = FrozenDate;
  global.process = { env: environment };
  global.self = global;
  // Asynchronous calls give promises of this context, by which an unhandled rejection is traced to its function.
  global.Convex = {
    syscall: (op: string, args: string) => inContext(() => host().convex.syscall(op, args)),
    asyncSyscall: async (op: string, args: string) => await host().convex.asyncSyscall(op, args),
    jsSyscall: (op: string, args: Record<string, unknown>) =>
      inContext(() => host().convex.jsSyscall(op, args)),
  };
  delete global.ShadowRealm;
  Math.random = () => host().random();
  Atomics.wait = () => {
    throw new TypeError("Atomics.wait cannot be called in this context");
  };
  Error.prepareStackTrace = (error, sites) => needs.stackOf(error, sites);
  return Promise.prototype;
}
