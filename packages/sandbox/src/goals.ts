import type { Change } from "./door.ts";
import type { SandboxErrorCode } from "./errors.ts";
import type { Sandbox, SandboxState } from "./sandbox.ts";

/** What to do next for a sandbox to get where it is wanted. */
export type Step =
  | { kind: "done" }
  | { kind: "act" }
  | { kind: "wait" }
  | { kind: "fail"; code: SandboxErrorCode; message: string };

type Plan = Partial<Record<SandboxState, Step["kind"]>>;

/** What each change means for a sandbox in each state; those not named pass by themselves. */
const PLANS: Record<Change, Plan> = {
  start: { started: "done", stopped: "act", archived: "act", archiving: "act", error: "fail" },
  stop: { started: "act", stopped: "done", archiving: "done", archived: "done", error: "fail" },
  // Archiving takes minutes: asked for is enough, as for Daytona's own SDK.
  archive: { stopped: "act", archiving: "done", archived: "done", started: "fail", error: "fail" },
  recover: { started: "done", error: "act", stopped: "fail", archiving: "fail", archived: "fail" },
  delete: {
    destroying: "done",
    destroyed: "done",
    started: "act",
    stopped: "act",
    archived: "act",
    error: "act",
    unknown: "act",
  },
};

/** The next step towards `change`, by the sandbox's present state. */
export function nextStep(change: Change, sandbox: Sandbox): Step {
  const { state, recoverable, errorReason } = sandbox;
  const kind = PLANS[change][state] ?? "wait";
  const gone = state === "destroying" || state === "destroyed";
  if (change !== "delete" && gone) {
    return { kind: "fail", code: "NOT_FOUND", message: "the sandbox is being deleted" };
  }
  if (kind === "fail" && state !== "error") {
    return { kind, code: "INVALID", message: `a sandbox that is ${state} can't ${change}` };
  }
  if (kind === "fail" || (change === "recover" && state === "error" && !recoverable)) {
    const message = `the sandbox is in an error state: ${errorReason ?? "no reason given"}`;
    return { kind: "fail", code: "SANDBOX_FAILED", message };
  }
  return { kind };
}
