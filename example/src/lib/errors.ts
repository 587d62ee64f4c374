/** The text shown for each error of a call. */
import { isQuaverError, type QuaverErrorCode, type QuaverErrorData } from "@backend/lib/errors";
import { text } from "../text";
import { formatDuration, formatSize } from "./format";

type Message<C extends QuaverErrorCode> = (data: QuaverErrorData<C>) => string;

/** A code that is missing here is a type error. */
const MESSAGES = {
  UNAUTHENTICATED: () => text.errors.unauthenticated,
  USER_NOT_SYNCED: () => text.errors.userNotSynced,
  NOT_FOUND: () => text.errors.notFound,
  INVALID_ARGUMENT: ({ message }) =>
    message.replace(/^"(\w+)"/, (_, field: string) => text.errors.invalidField(field)),
  INVALID_TRANSITION: ({ from }) =>
    text.errors.invalidTransition(text.project.statusSentence[from]),
  OPERATION_IN_PROGRESS: ({ operation }) =>
    text.errors.operationInProgress(text.project.operationSentence[operation]),
  AGENT_NOT_CONFIGURED: () => text.errors.agentNotConfigured,
  QUEUE_FULL: ({ limit }) => text.errors.queueFull(limit),
  PLAN_LIMIT_REACHED: ({ limit, plan, counted }) => {
    const { errors } = text;
    const isFree = plan === "free";
    return counted === "running"
      ? `${errors.runningLimit(plan, limit)} ${isFree ? errors.pauseOrUpgrade : errors.pauseFirst}`
      : `${errors.projectLimit(plan, limit)} ${isFree ? errors.deleteOrUpgrade : errors.deleteFirst}`;
  },
  RATE_LIMITED: ({ retryAfterMs }) => text.errors.rateLimited(formatDuration(retryAfterMs)),
  SANDBOX_UNAVAILABLE: ({ retryable, message }) =>
    retryable ? text.errors.sandboxUnavailable(message) : text.errors.sandboxBroken(message),
  PAYMENTS_NOT_CONFIGURED: () => text.errors.paymentsNotConfigured,
  PAYMENTS_UNAVAILABLE: ({ retryable }) =>
    retryable ? text.errors.stripeUnavailable : text.errors.stripeRefused,
  ALREADY_SUBSCRIBED: ({ status }) => text.errors.alreadySubscribed(status.replaceAll("_", " ")),
  CLERK_UNAVAILABLE: ({ retryable }) =>
    retryable ? text.errors.accountUnavailable : text.errors.accountRefused,
  FILE_NOT_FOUND: () => text.errors.fileNotFound,
  VERSION_NOT_FOUND: () => text.errors.versionNotFound,
  TOO_LARGE: ({ limit }) => text.errors.tooLarge(formatSize(limit)),
} satisfies { [C in QuaverErrorCode]: Message<C> };

/** The message for anything that a call can throw. */
export function errorMessage(error: unknown): string {
  if (isQuaverError(error)) return messageOf(error.data);
  if (error instanceof Error && /connection lost/i.test(error.message)) {
    return text.errors.connectionLost;
  }
  return text.errors.unknown;
}

/** The same for a prompt, whose message stays on the page and must still be true later. */
export function promptErrorMessage(error: unknown): string {
  const busy =
    isQuaverError(error, "OPERATION_IN_PROGRESS") || isQuaverError(error, "INVALID_TRANSITION");
  return busy ? text.conversation.projectBusy : errorMessage(error);
}

function messageOf<C extends QuaverErrorCode>(data: QuaverErrorData<C>): string {
  // The compiler does not see that the message for `data.code` takes this member of the union.
  const message = MESSAGES[data.code] as Message<C>;
  return message(data);
}
