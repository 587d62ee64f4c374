/** The faults of a case: an external call that fails, an outage, and `kill -9`. */
import type { FaultKind } from "@quaver/emulators";
import {
  BACKEND_PATHS,
  ruleFor,
  titleOfCall,
  whenCommitted,
  type Commit,
  type ExternalCall,
} from "./recording.ts";
import { SERVICES, type Worker } from "./worker.ts";

/** A fault that can be injected into an operation. */
export interface Fault {
  name: string;
  arm(worker: Worker): Promise<Armed>;
}

/** A fault that occurs at its call or commit. */
export interface Armed {
  /** Whether it has occurred. */
  isMet: () => boolean;
  /** From here on it does not occur any more. */
  disarm: () => void;
}

/** Longer than any of the clients waits, in milliseconds. */
const HANGS_MS = 600_000;

/** How an external service may fail. */
const KINDS: Record<string, FaultKind> = {
  refused: "drop",
  "500": { status: 500, body: { message: "out of order", error: { message: "out of order" } } },
  "429": {
    status: 429,
    headers: { "retry-after": "1" },
    body: { message: "too many", error: { message: "too many" } },
  },
  "timed out after taking effect": { delayMs: HANGS_MS, when: "after" },
  malformed: "malformed",
};

/** Stripe alone stores a failure under its idempotency key and repeats it: what was done before it failed matters. */
const STRIPE_KINDS: Record<string, FaultKind> = {
  "500 after taking effect": {
    after: { status: 500, body: { error: { type: "api_error", message: "out of order" } } },
  },
};

/** Every way for one external call to fail, with `kill -9` before it and after it. */
export function faultsOfCall(call: ExternalCall): Fault[] {
  const kinds = call.service === "stripe" ? { ...KINDS, ...STRIPE_KINDS } : KINDS;
  return [
    ...Object.entries(kinds).map(([name, kind]) => failing(call, name, kind)),
    outageFrom(call),
    killAt(call, "before"),
    killAt(call, "after"),
  ];
}

function failing(call: ExternalCall, name: string, kind: FaultKind): Fault {
  return {
    name: `${titleOfCall(call)}: ${name}`,
    arm: ({ world }) => {
      const { faults } = world[call.service];
      const disarm = faults.add({ ...ruleFor(call), kind });
      const { method, path, nth } = ruleFor(call);
      const matches = (made: { method: string; path: string }) =>
        made.method === method && path.test(made.path);
      const isMet = () => faults.calls().filter(matches).length >= nth;
      return Promise.resolve({ isMet, disarm });
    },
  };
}

/** From this call on no service answers, until the faults are cleared. */
function outageFrom(call: ExternalCall): Fault {
  return interrupted(call, "before", "every service unreachable from here on", (worker) => {
    for (const service of SERVICES) {
      worker.world[service].faults.add({ path: BACKEND_PATHS[service], kind: "drop" });
    }
    return Promise.resolve();
  });
}

function killAt(call: ExternalCall, when: "before" | "after"): Fault {
  return interrupted(call, when, `kill -9 ${when} it`, (worker) => worker.kill());
}

function interrupted(
  call: ExternalCall,
  when: "before" | "after",
  name: string,
  then: (worker: Worker) => Promise<void>,
): Fault {
  return {
    name: `${titleOfCall(call)}: ${name}`,
    arm: (worker) => {
      const { trigger, ...armed } = once(() => then(worker));
      const kind = { interrupt: trigger, when };
      worker.world[call.service].faults.add({ ...ruleFor(call), kind });
      return Promise.resolve(armed);
    },
  };
}

/** `kill -9` as soon as a transaction has been committed. */
export function killAfter(commit: Commit): Fault {
  return {
    name: `${commit.function} (${commit.nth}): kill -9 once committed`,
    arm: async (worker) => {
      const { trigger, ...armed } = once(() => worker.kill());
      await whenCommitted(worker, commit, trigger);
      return armed;
    },
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
