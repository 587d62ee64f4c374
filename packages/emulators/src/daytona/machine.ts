import type { PassingState, RestingState, State } from "./rows.ts";

/** What can be asked of a sandbox that exists. */
export type Operation = "start" | "stop" | "archive" | "recover" | "delete";

/** Kinds of change, each with its own duration. */
export type DelayName = "create" | "start" | "stop" | "archive" | "destroy";

/**
 * How long a change takes: milliseconds, or until its state has been told to whoever asked for the sandbox, so that
 * how often one has to ask is no matter of time.
 */
export type Delay = number | "until seen";

/** How an operation is answered. */
export type Verdict =
  | { kind: "change"; to: PassingState }
  | { kind: "nothing" }
  | { kind: "refuse"; status: 400 | 409; message: string };

/** Where each passing state leads, and which duration it has. */
export const COMPLETIONS: Record<
  PassingState,
  { to: Exclude<RestingState, "error"> | "destroyed"; delay: DelayName }
> = {
  creating: { to: "started", delay: "create" },
  starting: { to: "started", delay: "start" },
  restoring: { to: "started", delay: "start" },
  stopping: { to: "stopped", delay: "stop" },
  archiving: { to: "archived", delay: "archive" },
  destroying: { to: "destroyed", delay: "destroy" },
};

/** Whether the state passes by itself. */
export function isPassing(state: State): state is PassingState {
  return state in COMPLETIONS;
}

const CHANGES: Record<Operation, Partial<Record<State, PassingState>>> = {
  start: { stopped: "starting", archived: "restoring", archiving: "starting" },
  stop: { started: "stopping" },
  archive: { stopped: "archiving" },
  recover: { error: "starting" },
  delete: {
    started: "destroying",
    stopped: "destroying",
    archived: "destroying",
    error: "destroying",
  },
};

const REFUSALS: Record<Operation, string> = {
  start: "Sandbox is not in a startable state",
  stop: "Sandbox is not started",
  archive: "Sandbox is not stopped",
  recover: "Sandbox is not in a recoverable error state",
  delete: "Sandbox cannot be deleted in this state",
};

/** Daytona's state machine: what an operation does to a sandbox in its state. */
export function judge(
  operation: Operation,
  sandbox: { state: State; recoverable: boolean },
): Verdict {
  if (operation === "start" && sandbox.state === "started") return { kind: "nothing" };
  const refused = operation === "recover" && !sandbox.recoverable;
  const to = refused ? undefined : CHANGES[operation][sandbox.state];
  if (to !== undefined) return { kind: "change", to };
  if (isPassing(sandbox.state)) {
    return { kind: "refuse", status: 409, message: "Sandbox state change in progress" };
  }
  return { kind: "refuse", status: 400, message: REFUSALS[operation] };
}
