/** Why a turn fails, in words for the person whose prompt it was: what is wrong, and what to do about it. */
export class TurnError extends Error {
  override readonly name = "TurnError";
  constructor(
    message: string,
    readonly exitCode = EXIT_FAILURE,
  ) {
    super(message);
  }
}

/** An exit code for what can be tried again. */
export const EXIT_FAILURE = 1;

/** The exit code of a shell for a command that isn't there. */
export const EXIT_NOT_FOUND = 127;

/** The exit code of sysexits.h for a configuration that is wrong. */
export const EXIT_CONFIG = 78;
