/** Why the local deployment could not start or keep running; `code` is stable, `message` is for a person. */
export type DeploymentErrorCode =
  | "DATA_FOLDER_IN_USE" // another process has this data folder open
  | "DATA_FOLDER_UNUSABLE" // the folder can't be made, read or written
  | "DATA_CORRUPT" // the file is not a database, or SQLite finds it damaged
  | "DATA_VERSION" // the file was written by a newer version of this package
  | "PORT_IN_USE" // something else listens on the port asked for
  | "INVALID_OPTION"; // a port, path or flag that can't be used

/** An operator's error: the deployment can't do what it was started for. */
export class DeploymentError extends Error {
  override readonly name = "DeploymentError";

  constructor(
    readonly code: DeploymentErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * An error whose text is meant for the developer of the functions, in production's words:
 * it reaches user code as a plain Error, or the client as an error result.
 */
export class FunctionError extends Error {
  override readonly name: string = "FunctionError";

  constructor(
    message: string,
    /** As JSON. With it, the `convex` package makes a ConvexError of it, which clients get whole. */
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** A refusal on the wire: answered as `{code, message}` with `status`. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "string" ? thrown : String(thrown);
}
