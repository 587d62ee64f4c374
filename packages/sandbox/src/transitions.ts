import type { SandboxErrorCode } from "./errors.ts";
import type { Sandbox } from "./response-schemas.ts";
import { isBeingDeleted, type SandboxState } from "./states.ts";

/** What can be requested for a sandbox that exists. */
export type Transition = "start" | "stop" | "archive" | "recover" | "delete";

/** What to do next to complete a transition. */
export type Step =
  | { kind: "done" }
  | { kind: "request" }
  | { kind: "wait" }
  | { kind: "fail"; code: SandboxErrorCode; message: string };

/** The step for each transition in each state; in the states that are not listed, it is to wait. */
const STEPS: Record<Transition, Partial<Record<SandboxState, Step["kind"]>>> = {
  start: {
    started: "done",
    stopped: "request",
    archived: "request",
    archiving: "request",
    error: "fail",
  },
  stop: { started: "request", stopped: "done", archiving: "done", archived: "done", error: "fail" },
  // Archiving takes minutes, so it is done once it is under way, as in Daytona's own SDK.
  archive: {
    stopped: "request",
    archiving: "done",
    archived: "done",
    started: "fail",
    error: "fail",
  },
  recover: {
    started: "done",
    error: "request",
    stopped: "fail",
    archiving: "fail",
    archived: "fail",
  },
  delete: {
    destroying: "done",
    destroyed: "done",
    started: "request",
    stopped: "request",
    archived: "request",
    error: "request",
    unknown: "request",
  },
};

/** The next step of a transition, by the sandbox's current state. */
export function nextStep(transition: Transition, sandbox: Sandbox): Step {
  const { state, recoverable, errorReason } = sandbox;
  const kind = STEPS[transition][state] ?? "wait";
  if (transition !== "delete" && isBeingDeleted(state)) {
    return { kind: "fail", code: "NOT_FOUND", message: "the sandbox is being deleted" };
  }
  if (kind === "fail" && state !== "error") {
    return { kind, code: "INVALID", message: `a sandbox that is ${state} can't ${transition}` };
  }
  if (kind === "fail" || (transition === "recover" && state === "error" && !recoverable)) {
    const message = `the sandbox is in an error state: ${errorReason ?? "no reason given"}`;
    return { kind: "fail", code: "SANDBOX_FAILED", message };
  }
  return { kind };
}
