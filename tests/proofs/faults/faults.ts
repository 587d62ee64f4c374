/** The ways in which a case goes wrong. */
import type { FaultKind } from "@quaver/emulators";
import { BACKENDS_OWN, nameOf, ruleFor, type ExternalCall } from "./calls.ts";
import { SERVICES, type Lane } from "./lane.ts";
import { whenCommitted, type Step } from "./steps.ts";

/** Something that is to go wrong in a case. */
export interface Fault {
  name: string;
  /** Sees to it that it will. */
  arm(lane: Lane): Promise<Armed>;
}

/** Something that goes wrong when its time comes. */
export interface Armed {
  /** Whether it has. */
  isMet: () => boolean;
  /** From here on it doesn't any more. */
  disarm: () => void;
}

/** Longer than any of the clients waits, in milliseconds. */
const FOR_EVER_MS = 600_000;

/** How an external service may fail. */
const KINDS: Record<string, FaultKind> = {
  refused: "drop",
  "500": { status: 500, body: { message: "out of order", error: { message: "out of order" } } },
  "429": {
    status: 429,
    headers: { "retry-after": "1" },
    body: { message: "too many", error: { message: "too many" } },
  },
  "timed out after taking effect": { delayMs: FOR_EVER_MS, when: "after" },
  malformed: "malformed",
};

/** Stripe alone remembers a failure, and repeats it: so it matters there what was done before it failed. */
const STRIPES_KINDS: Record<string, FaultKind> = {
  "500 after taking effect": {
    after: { status: 500, body: { error: { type: "api_error", message: "out of order" } } },
  },
};

/** Every way for one external call to fail, with `kill -9` before it and after it. */
export function faultsOfCall(call: ExternalCall): Fault[] {
  const kinds = call.service === "stripe" ? { ...KINDS, ...STRIPES_KINDS } : KINDS;
  return [
    ...Object.entries(kinds).map(([name, kind]) => failing(call, name, kind)),
    outageFrom(call),
    killAt(call, "before"),
    killAt(call, "after"),
  ];
}

function failing(call: ExternalCall, name: string, kind: FaultKind): Fault {
  return {
    name: `${nameOf(call)}: ${name}`,
    arm: ({ world }) => {
      const { faults } = world[call.service];
      const disarm = faults.add({ ...ruleFor(call), kind });
      const { method, path, nth } = ruleFor(call);
      const isIt = (made: { method: string; path: string }) =>
        made.method === method && path.test(made.path);
      const isMet = () => faults.calls().filter(isIt).length >= nth;
      return Promise.resolve({ isMet, disarm });
    },
  };
}

/** From this call on nobody answers, until the faults are cleared. */
function outageFrom(call: ExternalCall): Fault {
  return interrupted(call, "before", "everyone away from here on", (lane) => {
    for (const service of SERVICES) {
      lane.world[service].faults.add({ path: BACKENDS_OWN[service], kind: "drop" });
    }
    return Promise.resolve();
  });
}

function killAt(call: ExternalCall, when: "before" | "after"): Fault {
  return interrupted(call, when, `kill -9 ${when} it`, (lane) => lane.kill());
}

function interrupted(
  call: ExternalCall,
  when: "before" | "after",
  name: string,
  then: (lane: Lane) => Promise<void>,
): Fault {
  return {
    name: `${nameOf(call)}: ${name}`,
    arm: (lane) => {
      const { strike, ...armed } = once(() => then(lane));
      const kind = { interrupt: strike, when };
      lane.world[call.service].faults.add({ ...ruleFor(call), kind });
      return Promise.resolve(armed);
    },
  };
}

/** `kill -9` as soon as a transaction has been committed. */
export function killAfter(step: Step): Fault {
  return {
    name: `${step.function} (${String(step.nth)}): kill -9 once committed`,
    arm: async (lane) => {
      const { strike, ...armed } = once(() => lane.kill());
      await whenCommitted(lane, step, strike);
      return armed;
    },
  };
}

/** What is done when it strikes, unless it has been disarmed by then. */
function once(then: () => Promise<void>): Armed & { strike: () => Promise<void> } {
  let state: "armed" | "met" | "disarmed" = "armed";
  return {
    isMet: () => state === "met",
    disarm: () => {
      if (state === "armed") state = "disarmed";
    },
    strike: async () => {
      if (state !== "armed") return;
      state = "met";
      await then();
    },
  };
}
