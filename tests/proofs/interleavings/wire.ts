/**
 * The wire to Daytona. A request waits for its turn before it gets there, and its answer before it
 * comes back; either can be lost, and so can whoever asked.
 */
import { FakeSandboxError, type Call, type Client } from "../../convex/fakeDaytona.ts";
import type { Findings } from "./findings.ts";
import { currentFrame, leaseOf, rootOf, whoAsks, type Frame } from "./frames.ts";
import type { Leases } from "./leases.ts";
import type { Pace } from "./pace.ts";

/** What becomes of a call. */
export const OUTCOMES = [
  "answered",
  "away", // Daytona can't be reached
  "refused", // for good, as when a quota is used up
  "mistaken", // Daytona says that there is no such sandbox
  "lost", // done, but the answer is lost
  "dies", // the process that asks is gone before Daytona has done anything
  "dies once done",
  "cut", // the runtime gives up on the function that asks
] as const;
/** See `OUTCOMES`. */
export type Outcome = (typeof OUTCOMES)[number];

const REFUSALS: Partial<Record<Outcome, Error>> = {
  away: new FakeSandboxError("UNAVAILABLE", true),
  refused: new FakeSandboxError("FORBIDDEN", false),
  mistaken: new FakeSandboxError("NOT_FOUND", false),
};

/** Calls that change a sandbox, or what runs in it. */
const CHANGES = new Set<Call>(["create", "start", "stop", "archive", "delete", "startCommand"]);

/** The functions whose caller is prepared for the runtime to give up on them. */
const CUTTABLE = new Set(["provision", "change", "preview"].map((n) => `projects/sandboxes:${n}`));
/** The workpool's jobs: they fail in order to be tried again. Of a job's death it hears from Convex, but not from convex-test. */
export const JOBS = new Set([
  "projects/sandboxes:destroy",
  "projects/agent:endSession",
  "projects/recheck:look",
]);

/** What the wire needs; `next` says what becomes of the next call. */
export interface WireOptions {
  pace: Pace;
  leases: Leases;
  findings: Findings;
  next: () => Outcome;
  /** Whether this is the id of a sandbox that names a project which is there. */
  belongs: (id: unknown) => boolean;
}

/** A client whose every call goes over the wire. */
export function overWire(client: Client, options: WireOptions): Client {
  return new Proxy(client, {
    get: (target, name): unknown => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      // The client's methods are the calls.
      const call = name as Call;
      return (...args: unknown[]) =>
        send(options, {
          call,
          args,
          go: async () => (await Reflect.apply(method, target, args)) as unknown,
        });
    },
  });
}

interface Request {
  call: Call;
  args: unknown[];
  go: () => Promise<unknown>;
}

async function send(options: WireOptions, request: Request) {
  const { pace, findings, next } = options;
  const { call } = request;
  const frame = currentFrame();
  await pace.turn(`${whoAsks()} asks Daytona to ${call}`);
  const outcome = possible(next(), frame);
  findings.note(`Daytona, ${outcome}`);
  if (outcome === "dies") return die(frame);
  const refusal = REFUSALS[outcome];
  if (refusal) {
    await pace.turn(`${whoAsks()} is refused to ${call}`);
    throw refusal;
  }
  const done = begin(options, frame, request);
  try {
    const answer = await request.go();
    if (outcome === "dies once done") {
      done();
      return await die(frame);
    }
    await pace.turn(`${whoAsks()} is answered to ${call}`);
    if (outcome === "cut" && frame) frame.cut = true;
    if (outcome === "lost") throw new FakeSandboxError("TIMEOUT", true);
    return answer;
  } finally {
    done();
  }
}

/** Whether this can happen to whoever asks; otherwise the call is answered. */
function possible(outcome: Outcome, frame: Frame | undefined): Outcome {
  if (outcome === "cut" && !CUTTABLE.has(frame?.name ?? "")) return "answered";
  // Whatever a job calls dies with it.
  if (outcome.startsWith("dies") && JOBS.has(whoAsks())) return "away";
  return outcome;
}

function die(frame: Frame | undefined): Promise<never> {
  if (frame) rootOf(frame).abandon?.();
  return new Promise<never>(() => undefined);
}

/** Tells of a change of a sandbox, which is for the holder of its project's lease alone. */
function begin(options: WireOptions, frame: Frame | undefined, { call, args }: Request) {
  const { leases, findings, belongs } = options;
  const lease = leaseOf(frame);
  if (CHANGES.has(call) && lease !== undefined) return leases.begin({ ...lease, call }, Date.now());
  if (CHANGES.has(call) && belongs(args[0])) {
    findings.violation(`no lease: ${whoAsks()} asked Daytona to ${call}`);
  }
  return () => undefined;
}
