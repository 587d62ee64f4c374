/** Every way in which a call can fail, as a sentence that a person can act on. */
import { isQuaverError, type QuaverErrorCode, type QuaverErrorData } from "@backend/lib/errors";
import { waitingTime } from "./format";
import { OPERATION_WORDS, STATUS_WORDS } from "./words";

type Sentence<C extends QuaverErrorCode> = (data: QuaverErrorData<C>) => string;

/** A code that the backend has and this has not is a type error. */
const SENTENCES = {
  UNAUTHENTICATED: () => "Your sign-in has ended. Sign in again; what you typed is kept.",
  USER_NOT_SYNCED: () => "Your account is still being set up. Try again in a few seconds.",
  NOT_FOUND: ({ message }) => `${message} It may have been removed in another tab.`,
  INVALID_ARGUMENT: ({ message }) => message.replace(/^"(\w+)"/, "The $1"),
  INVALID_TRANSITION: ({ from, to }) =>
    `The project is ${word(from)} and can't become ${word(to)} from there. ` +
    "If its status is changing, try again when it has.",
  OPERATION_IN_PROGRESS: ({ operation }) =>
    `${OPERATION_WORDS[operation]} Try again when that is done.`,
  PLAN_LIMIT_REACHED: ({ limit, plan, counted, message }) =>
    `${message} The ${plan} plan is for ${limit}. ` +
    (counted === "running" ? "Stop or delete one" : "Delete one") +
    (plan === "free" ? ", or upgrade in your account." : "."),
  RATE_LIMITED: ({ retryAfterMs }) =>
    `That was a lot at once. You can go on in ${waitingTime(retryAfterMs)}.`,
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
} satisfies { [C in QuaverErrorCode]: Sentence<C> };

/** The sentence for whatever a call was refused or broken by. */
export function explain(error: unknown): string {
  if (isQuaverError(error)) return sentenceOf(error.data);
  if (error instanceof Error && /connection lost/i.test(error.message)) {
    return "The connection was lost before the answer came. Look whether it worked, then try again.";
  }
  return "Something went wrong on our side. Try again; if it stays so, reload the page.";
}

/** The same for a prompt, whose refusal stays on the page: it must be true later on too. */
export function explainPrompt(error: unknown): string {
  const busy =
    isQuaverError(error, "OPERATION_IN_PROGRESS") || isQuaverError(error, "INVALID_TRANSITION");
  return busy ? "This was not sent: the project was busy with something else." : explain(error);
}

function sentenceOf<C extends QuaverErrorCode>(data: QuaverErrorData<C>): string {
  // The compiler does not see that the sentence for `data.code` takes just this member of the union.
  const sentence = SENTENCES[data.code] as Sentence<C>;
  return sentence(data);
}

function word(status: keyof typeof STATUS_WORDS): string {
  return STATUS_WORDS[status].toLowerCase();
}
