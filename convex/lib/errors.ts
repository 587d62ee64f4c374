/**
 * Every refusal a caller can meet, as one closed union. A `ConvexError` carries a member of it as
 * `data`; production redacts any other error. Front ends may import this file: it needs nothing
 * but `convex/values`.
 */
import { ConvexError } from "convex/values";
import type { Doc, Id } from "../_generated/dataModel";

type ProjectStatus = Doc<"projects">["status"];
type OperationKind = NonNullable<Doc<"projects">["operation"]>["kind"];

/** What each code carries besides `code` and `message`; `unknown` is nothing. */
interface ErrorDetails {
  /** The call needs a signed-in user and has no (valid) token. */
  UNAUTHENTICATED: unknown;
  /** The token is good, but Clerk's webhook has not delivered the user yet. Try again shortly. */
  USER_NOT_SYNCED: unknown;
  /** There is no such thing, or it is someone else's. The answer is the same in both cases. */
  NOT_FOUND: unknown;
  /** The argument named `field` breaks a limit that its validator can't express. */
  INVALID_ARGUMENT: { field: string };
  /** The project is in a state from which the wanted one can't be reached. */
  INVALID_TRANSITION: { from: ProjectStatus; to: ProjectStatus };
  /**
   * Another operation (of another tab, the agent, the sweep) runs on the project. Try again shortly.
   * `projectId` is there when the caller does not know the project's id yet.
   */
  OPERATION_IN_PROGRESS: { operation: OperationKind; projectId?: Id<"projects"> };
  /** The deployment has no agent: `AGENT_COMMAND` is not set. */
  AGENT_NOT_CONFIGURED: unknown;
  /** As many prompts of the project as may (`limit`) wait already while the agent works on another. */
  QUEUE_FULL: { limit: number };
  /** There is no such file or folder in the app, or nothing to download yet. */
  FILE_NOT_FOUND: unknown;
  /** The turn has no version, as it did not end well; or the version is no longer in the sandbox. */
  VERSION_NOT_FOUND: unknown;
  /** What was asked for has more than `limit` bytes. */
  TOO_LARGE: { limit: number };
  /** The plan (by its name in `payments/plans.ts`) allows `limit` projects in all, or running, and there are as many. */
  PLAN_LIMIT_REACHED: { limit: number; plan: string; counted: "all" | "running" };
  /** Too many calls; the next one can succeed in `retryAfterMs` milliseconds. */
  RATE_LIMITED: { retryAfterMs: number };
  /**
   * The call to Daytona failed; `retryable` says whether trying again can help. `projectId` names the
   * project that has failed because of it, and has the reason.
   */
  SANDBOX_UNAVAILABLE: { retryable: boolean; projectId?: Id<"projects"> };
  /** The deployment has no Stripe key, no price for the plan, or no address to come back to. */
  PAYMENTS_NOT_CONFIGURED: unknown;
  /** The call to Stripe failed. `retryable`: whether trying again can help. */
  PAYMENTS_UNAVAILABLE: { retryable: boolean };
  /** There is a subscription already, in this status (Stripe's word): the portal can change it. */
  ALREADY_SUBSCRIBED: { status: string };
  /** The call to Clerk failed; nothing has changed. `retryable`: whether trying again can help. */
  CLERK_UNAVAILABLE: { retryable: boolean };
}

/** The code of a refusal: what programs (and tests) branch on. */
export type QuaverErrorCode = keyof ErrorDetails;

/** The `data` of a refusal with code `C`; without `C`, of any refusal. */
export type QuaverErrorData<C extends QuaverErrorCode = QuaverErrorCode> = {
  [K in QuaverErrorCode]: { code: K; message: string } & ErrorDetails[K];
}[C];

/** The message when the thrower gives none. */
const DEFAULT_MESSAGES = {
  UNAUTHENTICATED: "Sign in to do this.",
  USER_NOT_SYNCED: "Your account is still being set up. Try again in a moment.",
  NOT_FOUND: "Not found.",
  INVALID_ARGUMENT: "An argument is invalid.",
  INVALID_TRANSITION: "The project's current state does not allow this.",
  OPERATION_IN_PROGRESS: "The project is busy. Try again in a moment.",
  AGENT_NOT_CONFIGURED: "The agent is not set up on this deployment.",
  QUEUE_FULL: "Too many prompts are queued. Try again when the agent has finished one.",
  FILE_NOT_FOUND: "File not found.",
  VERSION_NOT_FOUND: "This turn has no version of the files.",
  TOO_LARGE: "This is too large.",
  PLAN_LIMIT_REACHED: "You have reached your plan's project limit.",
  RATE_LIMITED: "Too many requests. Try again in a moment.",
  SANDBOX_UNAVAILABLE: "The sandbox is not available.",
  PAYMENTS_NOT_CONFIGURED: "Payments are not set up on this deployment.",
  PAYMENTS_UNAVAILABLE: "The payment service is unavailable right now.",
  ALREADY_SUBSCRIBED: "You already have a subscription.",
  CLERK_UNAVAILABLE: "The account service is unavailable right now. Nothing was changed.",
} satisfies Record<QuaverErrorCode, string>;

type Details<C extends QuaverErrorCode> = ErrorDetails[C] & { message?: string };

/**
 * Makes a refusal, to be thrown.
 *
 * @param code - which one
 * @param details - the fields that this code carries, and `message` to override the default words
 */
export function quaverError<C extends QuaverErrorCode>(
  code: C,
  ...[details]: Record<string, never> extends Details<C> ? [Details<C>?] : [Details<C>]
): ConvexError<QuaverErrorData<C>> {
  const data = { code, message: DEFAULT_MESSAGES[code], ...details };
  // The compiler can't follow a generic code into the union; `Details<C>` has checked the fields.
  return new ConvexError(data as unknown as QuaverErrorData<C>);
}

/**
 * Is this a refusal of Quaver's (rather than a bug, an outage, or another component's error)?
 * Takes anything that was caught. `code` narrows it to one kind.
 */
export function isQuaverError<C extends QuaverErrorCode = QuaverErrorCode>(
  error: unknown,
  code?: C,
): error is ConvexError<QuaverErrorData<C>> {
  if (!(error instanceof ConvexError)) return false;
  // `data` can be any value: unknown until checked.
  const data: unknown = error.data;
  if (typeof data !== "object" || data === null || !("code" in data)) return false;
  if (typeof data.code !== "string" || !Object.hasOwn(DEFAULT_MESSAGES, data.code)) return false;
  return code === undefined || data.code === code;
}
