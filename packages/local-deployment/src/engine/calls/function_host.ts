import type { IsolateHost } from "../../runtime/context/host.ts";
import { unsupportedSyscall } from "../../runtime/unsupported_syscalls.ts";
import type { Frame } from "./frame.ts";
import type { EngineState } from "../state.ts";
import { syncSyscall } from "../syscalls/dispatch.ts";

/** The host functions of a query or a mutation. */
export function functionHost(
  state: EngineState,
  frame: Frame,
  env: Readonly<Record<string, string>>,
): IsolateHost {
  const { execution } = frame;
  return {
    convex: {
      syscall: (op, args) => syncSyscall(state, frame, op, args),
      // A system call after the function has ended is never answered, as in production.
      asyncSyscall: (op, args) =>
        frame.closed || frame.failure !== null ? forever : frame.syscalls.push(op, args),
      jsSyscall: (op) => {
        throw unsupportedSyscall(op, "operation");
      },
    },
    log: (level, messages) => {
      if (!frame.closed) execution.log(level, messages);
    },
    performance,
    crypto: countingCrypto(frame),
    // eslint-disable-next-line @typescript-eslint/require-await -- it is refused as a promise
    fetch: async () => actionsOnly("fetch()"),
    after: actionsOnly,
    now: () => frame.tx.now,
    random: () => execution.random(),
    variable: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    canImport: false,
    fail: (error) => {
      frame.fail(error);
    },
  };
}

const forever = new Promise<never>(() => undefined);

/** Refuses operations that only actions may use, with production's error. */
function actionsOnly(what: string): never {
  throw new Error(
    `Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
  );
}

/** The machine's asynchronous web APIs, whose pending calls are counted for the function's run. */
function countingCrypto(frame: Frame): Crypto {
  const counted = async (work: Promise<unknown>) => {
    frame.outside++;
    try {
      return await work;
    } finally {
      frame.outside--;
    }
  };
  const bound = (target: object, name: string | symbol): unknown => {
    const value: unknown = Reflect.get(target, name, target);
    if (typeof value !== "function") return value;
    return (...args: unknown[]): unknown => {
      const result: unknown = Reflect.apply(value, target, args);
      return result instanceof Promise ? counted(result) : result;
    };
  };
  const subtle = new Proxy(crypto.subtle, { get: bound });
  return new Proxy(crypto, {
    get: (target, name) => (name === "subtle" ? subtle : bound(target, name)),
  });
}
