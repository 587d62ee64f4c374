/** What an operation consists of, its external calls and its commits, and the faults that can occur at each. */
import type { FaultKind } from "@quaver/emulators";
import { FunctionLog, type Completion } from "../../support/function-log.ts";
import { SERVICES, type Service } from "../../support/services.ts";
import type { Worker } from "./worker.ts";

/** A fault that can be injected into an operation. */
export interface Fault {
  /** What it occurs at, as in "daytona POST /sandbox/:id (2)". */
  at: string;
  /** What happens there, as in "500". */
  kind: string;
  arm(worker: Worker): Promise<Armed>;
}

/** A fault that occurs at its call or commit. */
export interface Armed {
  /** Whether it has occurred. */
  isMet: () => boolean;
  /** From here on it does not occur any more. */
  disarm: () => void;
}

/** One external call: the `nth` to this method and path of a service since the operation began. */
interface ExternalCall {
  service: Service;
  method: string;
  /** With `:id` and `:port` for what differs from one run to the next. */
  path: string;
  nth: number;
}

/** The paths that the backend calls. The others are called by the test itself, and for the keys of tokens. */
const BACKEND_PATHS: Record<Service, RegExp> = {
  clerk: /^\/v1\//,
  daytona: /^\//,
  stripe: /^\/v1\//,
};

/** Longer than any of the clients waits, in milliseconds. */
const HANGS_MS = 600_000;

const ERROR = { message: "out of order", error: { message: "out of order" } };

/** How an external service may fail. */
const KINDS: Record<string, FaultKind> = {
  refused: "drop",
  "500": { status: 500, body: ERROR },
  "429": { status: 429, headers: { "retry-after": "1" }, body: ERROR },
  "timed out after taking effect": { delayMs: HANGS_MS, when: "after" },
  malformed: "malformed",
};

/** Stripe alone stores a failure under its idempotency key and repeats it: what was done before it failed matters. */
const STRIPE_KINDS: Record<string, FaultKind> = {
  "500 after taking effect": {
    after: { status: 500, body: { error: { type: "api_error", message: "out of order" } } },
  },
};

/** Every fault at each call that was made since the faults were last cleared, service by service. */
export function faultsOfCalls({ world }: Worker): Fault[] {
  const count = counter();
  return SERVICES.flatMap((service) =>
    world[service].faults.calls().flatMap(({ method, path }) => {
      if (method === "WEBHOOK" || !BACKEND_PATHS[service].test(path)) return [];
      const shape = withoutIds(path);
      return faultsOf({
        service,
        method,
        path: shape,
        nth: count(`${service} ${method} ${shape}`),
      });
    }),
  );
}

/** Ids are long and have digits in them; or, as happens to one of Stripe's in seventy, capitals alone. */
function withoutIds(path: string): string {
  return path
    .split("/")
    .map((part) => (part.length >= 8 && /[\dA-Z]/.test(part) ? ":id" : part))
    .map((part) => (/^\d+$/.test(part) ? ":port" : part))
    .join("/");
}

/** Every way for one external call to fail, with `kill -9` before it and after it. */
function faultsOf(call: ExternalCall): Fault[] {
  const kinds = call.service === "stripe" ? { ...KINDS, ...STRIPE_KINDS } : KINDS;
  const kill = (worker: Worker) => worker.kill();
  return [
    ...Object.entries(kinds).map(([name, kind]) => failing(call, name, kind)),
    // From this call on, until the faults are cleared.
    interrupted(call, "before", "every service unreachable from here on", async ({ world }) => {
      for (const service of SERVICES) {
        world[service].faults.add({ path: BACKEND_PATHS[service], kind: "drop" });
      }
    }),
    interrupted(call, "before", "kill -9 before it", kill),
    interrupted(call, "after", "kill -9 after it", kill),
  ];
}

function failing(call: ExternalCall, name: string, kind: FaultKind): Fault {
  return {
    at: titleOf(call),
    kind: name,
    arm: async ({ world }) => {
      const { faults } = world[call.service];
      const { method, path, nth } = ruleFor(call);
      const disarm = faults.add({ method, path, nth, kind });
      const matching = () =>
        faults.calls().filter((made) => made.method === method && path.test(made.path));
      return { isMet: () => matching().length >= nth, disarm };
    },
  };
}

function interrupted(
  call: ExternalCall,
  when: "before" | "after",
  kind: string,
  then: (worker: Worker) => Promise<void>,
): Fault {
  return {
    at: titleOf(call),
    kind,
    arm: async (worker) => {
      const { trigger, ...armed } = once(() => then(worker));
      worker.world[call.service].faults.add({
        ...ruleFor(call),
        kind: { interrupt: trigger, when },
      });
      return armed;
    },
  };
}

function titleOf({ service, method, path, nth }: ExternalCall): string {
  return `${service} ${method} ${path} (${nth})`;
}

function ruleFor({ method, path, nth }: ExternalCall) {
  const escaped = path.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = escaped.replaceAll(":id", "[^/]{8,}").replaceAll(":port", "\\d+");
  return { method, path: new RegExp(`^${pattern}$`), nth };
}

/**
 * `kill -9` as soon as each transaction has been committed, of those since `log` began: all of the app's, and the first
 * of each function of a component, as how often the workpool polls for work depends on timing.
 */
export async function faultsOfCommits(log: FunctionLog): Promise<Fault[]> {
  const count = counter();
  return (await log.next()).filter(isCommit).flatMap((completion) => {
    const name = nameOf(completion);
    const nth = count(name);
    return completion.componentPath && nth > 1 ? [] : [killAfter(name, nth)];
  });
}

function killAfter(name: string, nth: number): Fault {
  return {
    at: `${name} (${nth})`,
    kind: "kill -9 once committed",
    arm: async (worker) => {
      const { trigger, ...armed } = once(() => worker.kill());
      const log = await FunctionLog.from(worker.world.deployment);
      const watch = async () => {
        for (let seen = 0; seen < nth;) {
          const commits = (await log.next()).filter(isCommit);
          seen += commits.filter((completion) => nameOf(completion) === name).length;
        }
      };
      // The log ends with the deployment: then the case is over.
      void watch().then(trigger, () => undefined);
      return armed;
    },
  };
}

function isCommit({ udfType, error }: Completion): boolean {
  return udfType === "Mutation" && error === null;
}

/** With the component that the function belongs to, if any. */
function nameOf({ componentPath, identifier }: Completion): string {
  return componentPath ? `${componentPath}/${identifier}` : identifier;
}

/** Counts how often it has been given each name. */
function counter(): (name: string) => number {
  const counts = new Map<string, number>();
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  };
}

/** Does something once, unless it has been disarmed by then. */
function once(then: () => Promise<void>): Armed & { trigger: () => Promise<void> } {
  let state: "armed" | "met" | "disarmed" = "armed";
  return {
    isMet: () => state === "met",
    disarm: () => {
      if (state === "armed") state = "disarmed";
    },
    trigger: async () => {
      if (state !== "armed") return;
      state = "met";
      await then();
    },
  };
}
