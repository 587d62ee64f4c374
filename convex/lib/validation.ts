/** Limits on arguments that a Convex validator can't express. */
import { quaverError } from "./errors";
import { MAX_CLIENT_ID_LENGTH } from "./limits";

/**
 * Checks a text's length, in UTF-16 units as a browser's `maxlength` counts them.
 *
 * @returns the same text
 * @throws `INVALID_ARGUMENT` naming `field`, when it is blank (unless `blank` is allowed) or
 *   longer than `max`
 */
export function checkText(
  field: string,
  text: string,
  { max, blank = false }: { max: number; blank?: boolean },
): string {
  if (!blank && text.trim() === "") {
    throw quaverError("INVALID_ARGUMENT", { field, message: `"${field}" must not be blank.` });
  }
  checkAtMost(field, text.length, max, "characters");
  return text;
}

/**
 * Checks the id that a sender gives to what it sends, so that it may be sent again.
 *
 * @returns the same id
 * @throws `INVALID_ARGUMENT` naming `field`, when it is blank or has more than 128 characters
 */
export function checkClientId(field: string, id: string): string {
  return checkText(field, id, { max: MAX_CLIENT_ID_LENGTH });
}

/** @throws `INVALID_ARGUMENT` naming `field`, when `size` is more than `max` */
export function checkAtMost(field: string, size: number, max: number, unit: string): void {
  if (size <= max) return;
  const message = `"${field}" may have at most ${String(max)} ${unit}; it has ${String(size)}.`;
  throw quaverError("INVALID_ARGUMENT", { field, message });
}
