/** Why turns fail, in words for their owners. */
import type { SandboxFailure } from "../projects/sandbox/results";
import type { TurnFailure } from "./tables";
import { TURN_TIMEOUT_MINUTES } from "./turn";

/** Why a turn failed, and what that says of the sandbox: `running` if it can be worked with. */
export interface FailedTurn {
  failure: TurnFailure;
  sandbox: "running" | SandboxFailure["sandbox"];
}

/** The agent's command ended with this exit code, which is not 0, or could not be run at all (POSIX's 126 and 127). */
export function failedWith(exitCode: number, stderr: string): FailedTurn {
  const code = `(exit code ${String(exitCode)})`;
  switch (exitCode) {
    case 126:
      return failed(
        `The agent could not be started: its command may not be run ${code}.`,
        false,
        stderr,
      );
    case 127:
      return failed(
        `The agent could not be started: its command was not found ${code}.`,
        false,
        stderr,
      );
    default:
      return failed(`The agent ended with an error ${code}.`, true, stderr);
  }
}

/** The agent was still at work at its deadline. */
export function timedOut(stderr: string): FailedTurn {
  const minutes = String(TURN_TIMEOUT_MINUTES);
  return failed(
    `The agent was still at work after ${minutes} minutes, and was stopped.`,
    true,
    stderr,
  );
}

/** The sandbox runs, but the command is no longer in it. */
export const RESTARTED = failed("The sandbox was restarted while the agent worked.", true);

/** Daytona stopped the sandbox, or someone in its dashboard. */
export const STOPPED = failed(
  "The sandbox was stopped while the agent worked.",
  true,
  "",
  "unknown",
);

/** Daytona has no such sandbox any more. */
export const LOST = failed("The sandbox was lost while the agent worked.", true, "", "gone");

/** Daytona has given no answer for minutes. */
export const UNREACHABLE = failed(
  "The sandbox could not be reached while the agent worked.",
  true,
  "",
  "unknown",
);

/** The polls stopped, and nothing has resumed them for long. */
export const ABANDONED = failed("The agent's work was interrupted.", true, "", "unknown");

/** The deployment has no agent that can be run; the log says what is wrong. */
export const MISCONFIGURED = failed("The agent is not set up on this deployment yet.", false);

function failed(
  reason: string,
  retryable: boolean,
  stderr = "",
  sandbox: FailedTurn["sandbox"] = "running",
): FailedTurn {
  const failure = stderr === "" ? { reason, retryable } : { reason, retryable, stderr };
  return { failure, sandbox };
}
