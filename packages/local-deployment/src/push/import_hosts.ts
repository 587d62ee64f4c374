import type { IsolateHost } from "../runtime/context/host.ts";
import { seededRandom } from "../runtime/random.ts";
import { authRefusals } from "./refusals/definitions.ts";

/** What each kind of file may do while a push evaluates it. */
export interface ImportHosts {
  /** Function modules; what they log is told when one fails. */
  readonly modules: IsolateHost;
  readonly schema: IsolateHost;
  readonly authConfig: IsolateHost;
  readonly appDefinition: IsolateHost;
  /** Takes the lines that modules have logged since it was last asked, at most the last hundred. */
  readonly takeLogs: () => string[];
}

/** What one kind of file may not do, in production's words. */
interface Phase {
  /** After the name of an asynchronous operation: `fetch() unsupported at import time`. */
  readonly unsupported: string;
  /** After the name of a synchronous one, and for the rest. */
  readonly when: string;
  readonly randomness: boolean;
  readonly clock: boolean;
}

/** crates/isolate/src/environment/analyze.rs */
const IMPORT: Phase = {
  unsupported: "unsupported at import time",
  when: "at import time",
  randomness: true,
  clock: true,
};
/** crates/isolate/src/environment/schema.rs */
const SCHEMA: Phase = {
  unsupported: "unsupported while evaluating schema",
  when: "when evaluating schema",
  randomness: true,
  clock: true,
};
/** crates/isolate/src/environment/auth_config.rs */
const AUTH_CONFIG: Phase = {
  unsupported: "unsupported while evaluating auth config file",
  when: "when evaluating auth config file",
  randomness: false,
  clock: false,
};
/** crates/isolate/src/environment/component_definitions.rs */
const APP_DEFINITION: Phase = {
  unsupported: "unsupported while evaluating app definition",
  when: "when evaluating app definition",
  randomness: false,
  clock: false,
};
/** What modules log while they are imported (crates/isolate/src/environment/analyze.rs). */
const MAX_LOGS = 100;

/**
 * Says what one definition's files may do.
 *
 * @param environment - The variables that its modules see.
 * @param definitionVariable - Reads a variable for its `convex.config.ts`.
 * @param now - The time that `Date` gives, in milliseconds: it stands still.
 */
export function importHosts(
  environment: Readonly<Record<string, string>>,
  definitionVariable: (name: string) => string | undefined,
  now: number,
): ImportHosts {
  let logs: string[] = [];
  const write = (_level: string, messages: readonly string[]) => {
    logs = [...logs, messages.join(" ")].slice(-MAX_LOGS);
  };
  const host = (
    phase: Phase,
    variable: IsolateHost["variable"],
    log: IsolateHost["log"] = () => undefined,
  ): IsolateHost => ({ ...refusing(phase, now), variable, log });
  const ofEnvironment = (name: string) =>
    Object.hasOwn(environment, name) ? environment[name] : undefined;
  return {
    modules: host(IMPORT, ofEnvironment, write),
    schema: host(SCHEMA, refuse("Environment variables unsupported when evaluating schema")),
    authConfig: host(AUTH_CONFIG, (name) => authVariable(environment, name)),
    appDefinition: host(APP_DEFINITION, definitionVariable),
    takeLogs: () => {
      const taken = logs;
      logs = [];
      return taken;
    },
  };
}

/** What a component's `convex.config.ts` reads of variables: it has none. */
export function refusedVariable(): never {
  throw new Error(
    "Environment variables are only supported in the app's convex.config.ts. Learn more at " +
      "https://docs.convex.dev/components/authoring#environment-variables",
  );
}

/** Production refuses a variable that isn't set, in auth.config.ts alone. */
function authVariable(environment: Readonly<Record<string, string>>, name: string): string {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value === undefined) throw authRefusals.missingVariable(name);
  return value;
}

function refusing(phase: Phase, now: number): Omit<IsolateHost, "variable" | "log"> {
  const noClock = (what: string) => refuse(`${what} unsupported ${phase.when}`);
  const performance = phase.clock
    ? { now: () => 0, timeOrigin: now, toJSON: () => ({ timeOrigin: now }) }
    : new Proxy({}, { get: refuse(`The Performance API is not supported ${phase.when}`) });
  return {
    convex: {
      syscall: (name) => refuse(`Syscall ${name} unsupported ${phase.when}`)(),
      asyncSyscall: (name) => refuse(`Syscall ${name} ${phase.unsupported}`)(),
      jsSyscall: (name) => refuse(`Syscall ${name} ${phase.unsupported}`)(),
    },
    // Rejects once production would ask its host; a rejection that nobody waits for is no failure.
    fetch: async () => {
      await Promise.resolve();
      return refuse(`fetch() ${phase.unsupported}`)();
    },
    // In production a timer's wait is refused out of sight, as a rejection that nobody waits for
    // (npm-packages/udf-runtime/src/02_timers.ts): it is made, and its callback is never called.
    after: () => () => undefined,
    crypto: cryptoWithoutRandomness(`Cannot use cryptographic randomness ${phase.when}`),
    performance,
    now: phase.clock ? () => now : noClock("Date"),
    random: phase.randomness
      ? seededRandom(Math.trunc(Math.random() * 2 ** 32))
      : noClock("Math.random"),
    canImport: true,
    // Production forgets what nobody waited for while modules were imported (isolate/src/request_scope.rs).
    fail: () => undefined,
  };
}

function cryptoWithoutRandomness(message: string): object {
  const subtle = new Proxy(crypto.subtle, {
    get: (target, name) => {
      if (name === "generateKey") return asynchronously(refuse(message));
      const value: unknown = Reflect.get(target, name, target);
      const bound: unknown = typeof value === "function" ? value.bind(target) : value;
      return bound;
    },
  });
  return { getRandomValues: refuse(message), randomUUID: refuse(message), subtle };
}

function asynchronously(work: () => never): () => Promise<never> {
  return async () => {
    await Promise.resolve();
    return work();
  };
}

function refuse(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}
