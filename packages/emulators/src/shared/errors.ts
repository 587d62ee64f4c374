/**
 * Why an emulator can't start.
 *
 * - `EADDRINUSE`: the port is in use.
 * - `DATA_DIR_IN_USE`: another emulator of this kind uses the data folder.
 * - `DATA_CORRUPT`: a data file holds something no emulator wrote.
 */
export type EmulatorErrorCode = "EADDRINUSE" | "DATA_DIR_IN_USE" | "DATA_CORRUPT";

/** An error of the emulator itself. It is never an answer to a client. */
export class EmulatorError extends Error {
  readonly code: EmulatorErrorCode;

  constructor(code: EmulatorErrorCode, message: string) {
    super(message);
    this.name = "EmulatorError";
    this.code = code;
  }
}

/** The `code` of a Node system error (`ENOENT`, …), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
