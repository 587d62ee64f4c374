/** Prompts that were sent, and are not in the conversation yet. */
import type { Message } from "./types";

/** A prompt that was sent, and is not among the backend's messages yet. */
export interface PendingPrompt {
  clientMessageId: string;
  content: string;
  /** Why it was refused; absent while it is being sent. */
  error?: string;
}

/** Those pending prompts that the backend does not have yet, by their `clientMessageId`. */
export function notStored(
  pending: readonly PendingPrompt[],
  messages: readonly Pick<Message, "clientMessageId">[],
): PendingPrompt[] {
  const stored = new Set(messages.map(({ clientMessageId }) => clientMessageId));
  return pending.filter(({ clientMessageId }) => !stored.has(clientMessageId));
}

/** The list with this prompt at its end; one that is there already is being sent again. */
export function addPending(
  pending: readonly PendingPrompt[],
  sent: PendingPrompt,
): PendingPrompt[] {
  return [...removePending(pending, sent.clientMessageId), sent];
}

/** The list with the reason why this prompt could not be sent. */
export function addError(
  pending: readonly PendingPrompt[],
  clientMessageId: string,
  error: string,
): PendingPrompt[] {
  return pending.map((each) =>
    each.clientMessageId === clientMessageId ? { ...each, error } : each,
  );
}

/** A draft with a dismissed prompt put before what has been typed since. */
export function prependToDraft(content: string, draft: string): string {
  return draft === "" ? content : `${content}\n\n${draft}`;
}

/** The list without this prompt. */
export function removePending(
  pending: readonly PendingPrompt[],
  clientMessageId: string,
): PendingPrompt[] {
  return pending.filter((each) => each.clientMessageId !== clientMessageId);
}
