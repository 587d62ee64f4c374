/** The conversation that is shown: what the backend has, and what is on its way there. */
import type { Message } from "./types";

/** A prompt that was sent and is not in the backend's answer yet. */
export interface Pending {
  clientMessageId: string;
  content: string;
  /** Why it was not taken; until there is a reason, it is on its way. */
  problem?: string;
}

/** Those pending prompts that the backend does not have yet. */
export function stillPending(
  pending: readonly Pending[],
  messages: readonly Pick<Message, "clientMessageId">[],
): Pending[] {
  const stored = new Set(messages.map(({ clientMessageId }) => clientMessageId));
  return pending.filter(({ clientMessageId }) => !stored.has(clientMessageId));
}

/** The list with this prompt added; one that is there already is on its way again. */
export function withSent(pending: readonly Pending[], sent: Pending): Pending[] {
  return [...without(pending, sent.clientMessageId), sent];
}

/** The list in which this prompt could not be sent, and why. */
export function withProblem(
  pending: readonly Pending[],
  clientMessageId: string,
  problem: string,
): Pending[] {
  return pending.map((each) =>
    each.clientMessageId === clientMessageId ? { ...each, problem } : each,
  );
}

/** What the box holds once a prompt was put back: before what has been typed since. */
export function putBack(content: string, draft: string): string {
  return draft === "" ? content : `${content}\n\n${draft}`;
}

/** The list without this prompt. */
export function without(pending: readonly Pending[], clientMessageId: string): Pending[] {
  return pending.filter((each) => each.clientMessageId !== clientMessageId);
}
