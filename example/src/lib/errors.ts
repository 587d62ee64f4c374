/** The text shown for each error of a call. */
import { isQuaverError, type QuaverErrorCode, type QuaverErrorData } from "@backend/lib/errors";
import { formatDuration, formatSize } from "./format";
import { OPERATION_SENTENCES, STATUS_LABELS } from "./labels";

type Message<C extends QuaverErrorCode> = (data: QuaverErrorData<C>) => string;

/** A code that is missing here is a type error. */
const MESSAGES = {
  UNAUTHENTICATED: () => "Your sign-in has ended. Sign in again; what you typed is kept.",
  USER_NOT_SYNCED: () => "Your account is still being set up. Try again in a few seconds.",
  NOT_FOUND: ({ message }) => `${message} It may have been removed in another tab.`,
  INVALID_ARGUMENT: ({ message }) => message.replace(/^"(\w+)"/, "The $1"),
  INVALID_TRANSITION: ({ from, to }) =>
    `The project is ${label(from)} and can't become ${label(to)} from there. ` +
    "If its status is changing, try again when it has.",
  OPERATION_IN_PROGRESS: ({ operation }) =>
    `${OPERATION_SENTENCES[operation]} Try again when that is done.`,
  AGENT_NOT_CONFIGURED: () =>
    "No agent is set up on this deployment, so nothing can be built on it yet.",
  QUEUE_FULL: ({ limit }) =>
    `As many prompts as can wait (${limit}) were waiting already. Try again when the agent is done with one.`,
  PLAN_LIMIT_REACHED: ({ limit, plan, counted, message }) =>
    `${message} The ${plan} plan is for ${limit}. ` +
    (counted === "running" ? "Stop or delete one" : "Delete one") +
    (plan === "free" ? ", or upgrade in your account." : "."),
  RATE_LIMITED: ({ retryAfterMs }) =>
    `That was a lot at once. You can go on in ${formatDuration(retryAfterMs)}.`,
  SANDBOX_UNAVAILABLE: ({ retryable, message }) =>
    `${message} ${retryable ? "Try again." : "Trying again can't help until that is put right."}`,
  PAYMENTS_NOT_CONFIGURED: () =>
    "Payments are not set up on this deployment, so nothing can be bought or changed here.",
  PAYMENTS_UNAVAILABLE: ({ retryable }) =>
    retryable
      ? "Stripe did not answer. Nothing was charged; try again in a moment."
      : "Stripe did not accept this. Nothing was charged; ask whoever runs this deployment.",
  ALREADY_SUBSCRIBED: ({ status }) =>
    `You already have a subscription (${status.replaceAll("_", " ")}). ` +
    "Change it under “Cards and billing”.",
  CLERK_UNAVAILABLE: ({ retryable }) =>
    retryable
      ? "Your account could not be reached. Nothing has changed; try again in a moment."
      : "Your account could not be reached. Nothing has changed; ask whoever runs this deployment.",
  FILE_NOT_FOUND: () => "There are no such files in the app. They may have been moved or deleted.",
  VERSION_NOT_FOUND: () => "The files as they were after this turn are no longer there.",
  TOO_LARGE: ({ limit }) =>
    `This is larger than ${formatSize(limit)}, the most that can be loaded at a time.`,
} satisfies { [C in QuaverErrorCode]: Message<C> };

/** The message for anything that a call can throw. */
export function errorMessage(error: unknown): string {
  if (isQuaverError(error)) return messageOf(error.data);
  if (error instanceof Error && /connection lost/i.test(error.message)) {
    return "The connection was lost before the answer came. Look whether it worked, then try again.";
  }
  return "Something went wrong on our side. Try again; if it stays so, reload the page.";
}

/** The same for a prompt, whose message stays on the page and must still be true later. */
export function promptErrorMessage(error: unknown): string {
  const busy =
    isQuaverError(error, "OPERATION_IN_PROGRESS") || isQuaverError(error, "INVALID_TRANSITION");
  return busy
    ? "This was not sent: the project was busy with something else."
    : errorMessage(error);
}

function messageOf<C extends QuaverErrorCode>(data: QuaverErrorData<C>): string {
  // The compiler does not see that the message for `data.code` takes this member of the union.
  const message = MESSAGES[data.code] as Message<C>;
  return message(data);
}

function label(status: keyof typeof STATUS_LABELS): string {
  return STATUS_LABELS[status].toLowerCase();
}
