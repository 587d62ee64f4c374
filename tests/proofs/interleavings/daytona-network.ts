/**
 * The network to Daytona. A request waits for its turn before it gets there, and its answer before it comes back.
 * Either can be lost, and the process that asked can die.
 */
import { FakeSandboxError, type Call, type Client } from "../../convex/support/fakeDaytona.ts";
import {
  currentFrame,
  leaseOf,
  rootOf,
  rootName,
  type Findings,
  type Frame,
} from "./call-frames.ts";
import type { Leases } from "./leases.ts";
import type { StepScheduler } from "./step-scheduler.ts";

/** The outcomes of a call. */
export const OUTCOMES = [
  "answered",
  "unreachable", // Daytona can't be reached
  "refused", // for good, as when a quota is used up
  "not found", // Daytona says that there is no such sandbox
  "answer lost", // done all the same
  "process dies", // before Daytona has done anything
  "process dies afterwards",
  "runtime ends the function",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

const REFUSALS: Partial<Record<Outcome, Error>> = {
  unreachable: new FakeSandboxError("UNAVAILABLE", true),
  refused: new FakeSandboxError("FORBIDDEN", false),
  "not found": new FakeSandboxError("NOT_FOUND", false),
};

/** Calls that change a sandbox, or what runs in it. */
const CHANGES = new Set<Call>([
  ...(["create", "start", "stop", "archive", "delete", "startCommand"] as const),
  ...(["commitVersion", "restoreVersion"] as const),
]);

/** The functions whose caller handles that the runtime ends them. */
const ENDABLE = new Set(
  ["create", "change", "preview"].map((n) => `projects/sandbox/daytona:${n}Sandbox`),
);
/** The jobs of the workpool: they throw in order to be retried. Convex tells the workpool when a job's process dies; convex-test does not. */
export const JOBS = new Set([
  "projects/sandbox/daytona:deleteSandbox",
  "turns/run:endTurnSession",
  "projects/sandbox/recheck:recheckSandbox",
]);

/** What the network needs. */
export interface NetworkOptions {
  steps: StepScheduler;
  leases: Leases;
  findings: Findings;
  /** The outcome of the next call. */
  next: () => Outcome;
  /** Whether this is the id of a sandbox whose project exists. */
  isOfProject: (id: unknown) => boolean;
}

/** A client whose every call goes over the network. */
export function overNetwork(client: Client, options: NetworkOptions): Client {
  return new Proxy(client, {
    get: (target, name): unknown => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      const call = name as Call; // the client's methods are the calls
      return (...args: unknown[]) => {
        const go = async () => (await Reflect.apply(method, target, args)) as unknown;
        return send(options, { call, args, go });
      };
    },
  });
}

interface Request {
  call: Call;
  args: unknown[];
  go: () => Promise<unknown>;
}

async function send(options: NetworkOptions, request: Request) {
  const { steps, findings, next } = options;
  const { call } = request;
  const frame = currentFrame();
  await steps.turn(`${rootName()} asks Daytona to ${call}`);
  const outcome = possible(next(), frame);
  findings.note(`Daytona, ${outcome}`);
  if (outcome === "process dies") return processDies(frame);
  const refusal = REFUSALS[outcome];
  if (refusal) {
    await steps.turn(`${rootName()} is refused to ${call}`);
    throw refusal;
  }
  const done = begin(options, frame, request);
  try {
    const answer = await request.go();
    if (outcome === "process dies afterwards") {
      done();
      return await processDies(frame);
    }
    await steps.turn(`${rootName()} is answered to ${call}`);
    if (outcome === "runtime ends the function" && frame) frame.cut = true;
    if (outcome === "answer lost") throw new FakeSandboxError("TIMEOUT", true);
    return answer;
  } finally {
    done();
  }
}

/** The outcome, or another one where it can't happen to the caller. */
function possible(outcome: Outcome, frame: Frame | undefined): Outcome {
  if (outcome === "runtime ends the function" && !ENDABLE.has(frame?.name ?? "")) return "answered";
  // The workpool would have to learn of a job's death.
  if (outcome.startsWith("process dies") && JOBS.has(rootName())) return "unreachable";
  return outcome;
}

function processDies(frame: Frame | undefined): Promise<never> {
  if (frame) rootOf(frame).abandon?.();
  return new Promise<never>(() => undefined);
}

/** Records a change of a sandbox: only the holder of its project's lease may ask for one. */
function begin(options: NetworkOptions, frame: Frame | undefined, { call, args }: Request) {
  const { leases, findings, isOfProject } = options;
  const lease = leaseOf(frame);
  if (CHANGES.has(call) && lease !== undefined) return leases.begin({ ...lease, call }, Date.now());
  if (CHANGES.has(call) && isOfProject(args[0])) {
    findings.violation(`no lease: ${rootName()} asked Daytona to ${call}`);
  }
  return () => undefined;
}
