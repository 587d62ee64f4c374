import type { TransitionalState, StateAtRest, State } from "./rows.ts";

/** What can be requested for a sandbox that exists. */
export type Operation = "start" | "stop" | "archive" | "recover" | "delete";

/** The kinds of transitions, each with a duration of its own. */
export type DelayName = "create" | "start" | "stop" | "archive" | "destroy";

/**
 * How long a transition takes: in milliseconds, or until its state has been read once. With the latter, how often a
 * client has to poll doesn't depend on time.
 */
export type Delay = number | "until seen";

/** What an operation does. */
export type Outcome =
  | { kind: "transition"; to: TransitionalState }
  | { kind: "nothing" }
  | { kind: "refuse"; status: 400 | 409; message: string };

/** The state that each transitional state ends in, and which duration it has. */
export const TRANSITIONS: Record<
  TransitionalState,
  { to: Exclude<StateAtRest, "error"> | "destroyed"; delay: DelayName }
> = {
  creating: { to: "started", delay: "create" },
  starting: { to: "started", delay: "start" },
  restoring: { to: "started", delay: "start" },
  stopping: { to: "stopped", delay: "stop" },
  archiving: { to: "archived", delay: "archive" },
  destroying: { to: "destroyed", delay: "destroy" },
};

/** Whether the state ends by itself. */
export function isTransitional(state: State): state is TransitionalState {
  return state in TRANSITIONS;
}

const NEXT_STATES: Record<Operation, Partial<Record<State, TransitionalState>>> = {
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

/** Daytona's state machine: what an operation does to a sandbox, by its state. */
export function outcomeOf(
  operation: Operation,
  sandbox: { state: State; recoverable: boolean },
): Outcome {
  if (operation === "start" && sandbox.state === "started") return { kind: "nothing" };
  const refused = operation === "recover" && !sandbox.recoverable;
  const to = refused ? undefined : NEXT_STATES[operation][sandbox.state];
  if (to !== undefined) return { kind: "transition", to };
  if (isTransitional(sandbox.state)) {
    return { kind: "refuse", status: 409, message: "Sandbox state change in progress" };
  }
  return { kind: "refuse", status: 400, message: REFUSALS[operation] };
}
