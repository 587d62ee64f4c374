/**
 * What can keep an emulator from starting, or its data from being read.
 *
 * - `EADDRINUSE`: the port given is taken.
 * - `DATA_DIR_IN_USE`: another process has this data folder open.
 * - `DATA_CORRUPT`: a data file holds something no emulator wrote.
 */
export type EmulatorErrorCode = "EADDRINUSE" | "DATA_DIR_IN_USE" | "DATA_CORRUPT";

/** A failure of the emulator itself, told apart by `code`; never an answer to a client. */
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
