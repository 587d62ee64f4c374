/** Why turns fail, in words for their owners. */
import type { SandboxFailure } from "../projects/sandbox/results";
import type { TurnFailure, TurnRun } from "./tables";
import { TURN_TIMEOUT_MINUTES } from "./turn";

/** Why a turn failed, and what that says of the sandbox: `running` if it can be worked with. */
export interface FailedTurn {
  failure: TurnFailure;
  sandbox: "running" | SandboxFailure["sandbox"];
}

/** What a turn does in the sandbox: the agent works, or the files of a version are restored. */
export type TurnWork = "agent" | "restore";

/** What a running turn does. */
export function workOf({ restores }: Pick<TurnRun, "restores">): TurnWork {
  return restores === undefined ? "agent" : "restore";
}

const WHILE = {
  agent: "while the agent worked",
  restore: "while the files were being restored",
} as const satisfies Record<TurnWork, string>;

/** The agent's command ended with this exit code, which is not 0, or could not be run at all (POSIX's 126 and 127). */
export function failedWith(exitCode: number, stderr: string): FailedTurn {
  const code = `(exit code ${String(exitCode)})`;
  switch (exitCode) {
    case 126:
      return failed(
        `The agent could not start: its command is not executable ${code}.`,
        false,
        stderr,
      );
    case 127:
      return failed(`The agent could not start: its command was not found ${code}.`, false, stderr);
    default:
      return failed(`The agent ended with an error ${code}.`, true, stderr);
  }
}

/** The turn was still at work at its deadline. */
export function timedOut(work: TurnWork, stderr = ""): FailedTurn {
  const minutes = String(TURN_TIMEOUT_MINUTES);
  const reason =
    work === "agent"
      ? `The agent was stopped after ${minutes} minutes, the time limit.`
      : `The files could not be restored within ${minutes} minutes.`;
  return failed(reason, true, stderr);
}

/** The sandbox runs, but the command is no longer in it. */
export const RESTARTED = failed(`The sandbox was restarted ${WHILE.agent}.`, true);

/** Daytona stopped the sandbox, or someone in its dashboard. */
export function stoppedDuring(work: TurnWork): FailedTurn {
  return failed(`The sandbox was stopped ${WHILE[work]}.`, true, "", "unknown");
}

/** Daytona has no such sandbox any more. */
export function lostDuring(work: TurnWork): FailedTurn {
  return failed(`The sandbox was lost ${WHILE[work]}.`, true, "", "gone");
}

/** Daytona has given no answer for minutes. */
export function unreachableDuring(work: TurnWork): FailedTurn {
  return failed(`The sandbox could not be reached ${WHILE[work]}.`, true, "", "unknown");
}

/** The polls stopped, and nothing has resumed them for long. */
export function abandoned(work: TurnWork): FailedTurn {
  const what = work === "agent" ? "The agent's work" : "Restoring the files";
  return failed(`${what} was interrupted.`, true, "", "unknown");
}

/** The sandbox runs, but does not have the version that is to be restored. */
export const VERSION_GONE = failed(
  "This version no longer exists because its sandbox was replaced.",
  false,
);

/** The sandbox runs, but can't do this, for a reason that someone has to remove. */
export function impossible(reason: string): FailedTurn {
  return failed(reason, false);
}

/** The deployment has no agent that can be run; the log says what is wrong. */
export const MISCONFIGURED = failed("The agent is not set up on this deployment.", false);

function failed(
  reason: string,
  retryable: boolean,
  stderr = "",
  sandbox: FailedTurn["sandbox"] = "running",
): FailedTurn {
  const failure = stderr === "" ? { reason, retryable } : { reason, retryable, stderr };
  return { failure, sandbox };
}
