import { isSandboxError } from "@quaver/sandbox/snapshots";
import { bunRun } from "../lib/bun-run.ts";
import { CommandFailure, messageOf } from "../lib/failure.ts";

/** What to tell the person when Daytona refuses or fails, and what to do about it. */
export function toCommandFailure(error: unknown): CommandFailure {
  const fail = (code: CommandFailure["code"], message: string) =>
    new CommandFailure(code, message, { cause: error });
  if (!isSandboxError(error)) return fail("SNAPSHOT_FAILED", messageOf(error));
  const { code, message } = error;
  switch (code) {
    case "UNAUTHORIZED":
      return fail("DAYTONA_KEY_REFUSED", "Daytona doesn't accept DAYTONA_API_KEY.");
    case "FORBIDDEN":
      return fail(
        "DAYTONA_KEY_REFUSED",
        `The key may not do this: it needs permission to write and delete snapshots. Daytona says: ${message}`,
      );
    case "QUOTA_EXCEEDED":
      return fail(
        "DAYTONA_QUOTA",
        `${message}\nDelete snapshots that no deployment uses, or take less with --cpu, --memory and --disk. The limits are at https://app.daytona.io/dashboard/limits.`,
      );
    case "SUSPENDED":
      return fail("DAYTONA_QUOTA", message);
    case "TIMEOUT":
      return fail(
        "SNAPSHOT_TIMEOUT",
        `Daytona did not finish in time: ${message}. Run ${bunRun("snapshot")} again: it waits for a build that goes on.`,
      );
    case "UNAVAILABLE":
    case "RATE_LIMITED":
      return fail(
        "DAYTONA_UNREACHABLE",
        `Daytona can't be reached, or fails: ${message}. Try again later. DAYTONA_API_URL says where it is.`,
      );
    case "INVALID":
      return fail("SNAPSHOT_INPUT", message);
    case "CONFLICT":
    case "NOT_FOUND":
    case "SANDBOX_FAILED":
    case "TOOL_MISSING":
    case "DISK_FULL":
    case "SNAPSHOT_UNAVAILABLE":
    case "UNEXPECTED_RESPONSE":
      return fail("SNAPSHOT_FAILED", message);
  }
}
