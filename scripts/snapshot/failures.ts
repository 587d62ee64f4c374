import { isSandboxError } from "@quaver/sandbox/snapshots";
import { bunRun } from "../lib/bun-run.ts";
import { CommandFailure } from "../lib/failure.ts";

/** Says what an error of Daytona's means for who runs `bun run snapshot`; any other error is returned as it is. */
export function toCommandFailure(error: unknown, name: string): unknown {
  if (!isSandboxError(error)) return error;
  const { code, message } = error;
  const again = `Run ${bunRun("snapshot")} again`;
  const failure = (...[of, text]: ConstructorParameters<typeof CommandFailure>) =>
    new CommandFailure(of, text, { cause: error });
  switch (code) {
    case "UNAUTHORIZED":
      return failure("DAYTONA_REFUSED", `Daytona does not accept DAYTONA_API_KEY: ${message}`);
    case "FORBIDDEN":
    case "SUSPENDED":
      return failure(
        "DAYTONA_REFUSED",
        `Daytona refused: ${message}. The key must be allowed to write and delete snapshots.`,
      );
    case "QUOTA_EXCEEDED":
    case "SNAPSHOT_UNAVAILABLE": // the size of one sandbox: see the sandbox package's daytona-errors.ts
      return failure(
        "DAYTONA_QUOTA",
        `${message}\nDelete snapshots that no deployment uses (Daytona's dashboard → Snapshots), or pass smaller --cpu, --memory and --disk.`,
      );
    case "TIMEOUT":
      return failure(
        "SNAPSHOT_NOT_READY",
        `${name} is not active yet (${message}). ${again} to go on waiting: the build goes on at Daytona.`,
      );
    case "CONFLICT":
      return failure("SNAPSHOT_NOT_READY", `${message}. ${again}.`);
    case "UNAVAILABLE":
    case "RATE_LIMITED":
    case "UNEXPECTED_RESPONSE":
      return failure(
        "DAYTONA_UNREACHABLE",
        `Daytona does not answer as it should: ${message}. ${again}.`,
      );
    case "INVALID":
    case "NOT_FOUND":
    case "SANDBOX_FAILED":
      return failure("DAYTONA_REFUSED", `Daytona refused: ${message}`);
  }
}
