/** Checks of what a user sends as a message. */
import { getConvexSize, type Infer } from "convex/values";
import { quaverError } from "../lib/errors";
import { MAX_MESSAGE_LENGTH, MAX_MESSAGE_PARTS } from "../lib/limits";
import { checkAtMost, checkClientId, checkText } from "../lib/validation";
import type { messageFields } from "./tables";

// Convex refuses a document above 1 MiB; the rest is for the system fields.
const MAX_MESSAGE_BYTES = 1024 * 1024 - 1024;

type Message = Infer<typeof messageFields>;

/**
 * Checks a message against the limits of `lib/limits.ts` and Convex's own for a document. Its content may be blank only
 * beside parts.
 *
 * @returns the same message
 * @throws `INVALID_ARGUMENT` naming the field at fault
 */
export function checkMessage(message: Message): Message {
  const { content, parts = [], clientMessageId } = message;
  checkText("content", content, { max: MAX_MESSAGE_LENGTH, blank: parts.length > 0 });
  checkAtMost("parts", parts.length, MAX_MESSAGE_PARTS, "entries");
  parts.forEach(checkDuration);
  checkAtMost("parts", getConvexSize(message), MAX_MESSAGE_BYTES, "bytes with the content");
  if (clientMessageId !== undefined) checkClientId("clientMessageId", clientMessageId);
  return message;
}

function checkDuration(part: NonNullable<Message["parts"]>[number]): void {
  if (part.type !== "reasoning" || part.duration === undefined) return;
  if (Number.isFinite(part.duration) && part.duration >= 0) return;
  throw quaverError("INVALID_ARGUMENT", {
    field: "parts",
    message: "A reasoning part's duration must be zero or more.",
  });
}
