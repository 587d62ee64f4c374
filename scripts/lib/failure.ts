/** Why a command stopped: a code for programs, a sentence for people. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  constructor(
    readonly code: FailureCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Why one of this repository's commands can fail, beside what the local deployment itself reports. */
export type FailureCode =
  /** An unknown flag, or a flag without its value. */
  | "USAGE"
  /** Something else listens on a port that is needed, perhaps for a moment. */
  | "PORT_IN_USE"
  /** Another `bun run dev` uses the data folder; the message says where it is. */
  | "ALREADY_RUNNING"
  /** A file that `bun run dev` keeps in the data folder can't be read. */
  | "DATA_FOLDER_CORRUPT"
  /** The official CLI refused the functions; its own output says why. */
  | "PUSH_FAILED"
  /** The functions were pushed, and the deployment still doesn't answer a query. */
  | "NOT_READY"
  /** The coding agent of `bun run dev --agent` could not be fetched. */
  | "AGENT_UNAVAILABLE"
  /** The file of `--model-env` can't be used. */
  | "MODEL_ENV"
  /** The example front end could not be served. */
  | "EXAMPLE_FAILED"
  /** `convex dev` ended by itself. */
  | "CONVEX_DEV_ENDED"
  /** The deployment answered a request of `bun run dev` with an error. */
  | "DEPLOYMENT_REFUSED"
  /** Nothing answers where the deployment should be. */
  | "DEPLOYMENT_UNREACHABLE"
  /** `CONVEX_SELF_HOSTED_URL` is no address. */
  | "BAD_DEPLOYMENT_URL"
  /** `bun run snapshot` without `DAYTONA_API_KEY`. */
  | "DAYTONA_KEY_MISSING"
  /** Daytona does not accept the key, or the key may not make snapshots. */
  | "DAYTONA_KEY_REFUSED"
  /** The organization may not have another snapshot, or none of this size. */
  | "DAYTONA_QUOTA"
  /** Daytona can't be reached, or answers with its own errors. */
  | "DAYTONA_UNREACHABLE"
  /** The folder of the agent lacks what a snapshot is made of. */
  | "SNAPSHOT_INPUT"
  /** The agent's own build script failed; its output says why. */
  | "AGENT_BUILD_FAILED"
  /** Daytona could not build the Dockerfile. */
  | "SNAPSHOT_BUILD_FAILED"
  /** The snapshot was not active in time. */
  | "SNAPSHOT_TIMEOUT"
  /** Anything else that Daytona answers. */
  | "SNAPSHOT_FAILED";

/** The code of any error, for printing: its own, Node's (`EADDRINUSE`, …), or `UNEXPECTED`. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return "UNEXPECTED";
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
