import { quaverError, type QuaverErrorCode } from "@backend/lib/errors";
import { ConvexError } from "convex/values";
import { expect, test } from "vitest";
import { errorMessage, promptErrorMessage } from "../src/lib/errors";
import { text } from "../src/text";

/** One of each, so that a code added to the backend has to be added here. */
const ONE_OF_EACH = {
  UNAUTHENTICATED: quaverError("UNAUTHENTICATED"),
  USER_NOT_SYNCED: quaverError("USER_NOT_SYNCED"),
  NOT_FOUND: quaverError("NOT_FOUND"),
  INVALID_ARGUMENT: quaverError("INVALID_ARGUMENT", {
    field: "name",
    message: '"name" must not be blank.',
  }),
  INVALID_TRANSITION: quaverError("INVALID_TRANSITION", { from: "archived", to: "stopped" }),
  OPERATION_IN_PROGRESS: quaverError("OPERATION_IN_PROGRESS", { operation: "archive" }),
  AGENT_NOT_CONFIGURED: quaverError("AGENT_NOT_CONFIGURED"),
  QUEUE_FULL: quaverError("QUEUE_FULL", { limit: 5 }),
  PLAN_LIMIT_REACHED: quaverError("PLAN_LIMIT_REACHED", {
    limit: 10,
    plan: "free",
    counted: "all",
  }),
  RATE_LIMITED: quaverError("RATE_LIMITED", { retryAfterMs: 41_200 }),
  SANDBOX_UNAVAILABLE: quaverError("SANDBOX_UNAVAILABLE", { retryable: true }),
  PAYMENTS_NOT_CONFIGURED: quaverError("PAYMENTS_NOT_CONFIGURED"),
  PAYMENTS_UNAVAILABLE: quaverError("PAYMENTS_UNAVAILABLE", { retryable: false }),
  ALREADY_SUBSCRIBED: quaverError("ALREADY_SUBSCRIBED", { status: "past_due" }),
  CLERK_UNAVAILABLE: quaverError("CLERK_UNAVAILABLE", { retryable: true }),
  FILE_NOT_FOUND: quaverError("FILE_NOT_FOUND"),
  VERSION_NOT_FOUND: quaverError("VERSION_NOT_FOUND"),
  TOO_LARGE: quaverError("TOO_LARGE", { limit: 200_000_000 }),
} satisfies Record<QuaverErrorCode, ConvexError<{ code: string; message: string }>>;

test("every code has its own message, without codes and names of fields", () => {
  const sentences = Object.values(ONE_OF_EACH).map(errorMessage);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(sentence).not.toMatch(/[A-Z]_[A-Z]|undefined|"/);
  }
});

test("the message contains the details", () => {
  const { errors, project } = text;
  expect(errorMessage(ONE_OF_EACH.RATE_LIMITED)).toContain("42 seconds");
  expect(errorMessage(ONE_OF_EACH.QUEUE_FULL)).toMatch(/\b5\b/);
  expect(errorMessage(ONE_OF_EACH.PLAN_LIMIT_REACHED)).toMatch(/\bfree\b.*\b10\b/);
  expect(errorMessage(ONE_OF_EACH.INVALID_TRANSITION)).toContain(project.statusSentence.archived);
  expect(errorMessage(ONE_OF_EACH.OPERATION_IN_PROGRESS)).toContain(
    project.operationSentence.archive,
  );
  expect(errorMessage(ONE_OF_EACH.INVALID_ARGUMENT)).toBe(
    `${errors.invalidField("name")} must not be blank.`,
  );
  expect(errorMessage(ONE_OF_EACH.ALREADY_SUBSCRIBED)).toContain("past due");
  expect(errorMessage(ONE_OF_EACH.TOO_LARGE)).toContain("200 MB");
});

test("upgrading is advised on the free plan alone, pausing where running projects are counted", () => {
  const advice = (plan: string, counted: "all" | "running") => {
    const message = errorMessage(quaverError("PLAN_LIMIT_REACHED", { limit: 10, plan, counted }));
    const reached = counted === "all" ? text.errors.projectLimit : text.errors.runningLimit;
    expect(message.startsWith(reached(plan, 10))).toBe(true);
    return message.slice(reached(plan, 10).length + 1);
  };
  expect(advice("free", "all")).toBe(text.errors.deleteOrUpgrade);
  expect(advice("free", "running")).toBe(text.errors.pauseOrUpgrade);
  expect(advice("pro", "all")).toBe(text.errors.deleteFirst);
  expect(advice("pro", "running")).toBe(text.errors.pauseFirst);
});

test("trying again is advised only where it can help", () => {
  const message = "The sandbox is gone.";
  const failed = (retryable: boolean) =>
    errorMessage(quaverError("SANDBOX_UNAVAILABLE", { retryable, message }));
  expect(failed(true)).toBe(text.errors.sandboxUnavailable(message));
  expect(failed(false)).toBe(text.errors.sandboxBroken(message));
});

test("the message of a refused prompt is still true when the project is free again", () => {
  for (const code of ["OPERATION_IN_PROGRESS", "INVALID_TRANSITION"] as const) {
    expect(promptErrorMessage(ONE_OF_EACH[code])).toBe(text.conversation.projectBusy);
  }
  expect(promptErrorMessage(ONE_OF_EACH.RATE_LIMITED)).toBe(errorMessage(ONE_OF_EACH.RATE_LIMITED));
});

test("any other error has a message, without its own text", () => {
  const bug = new Error("Cannot read properties of undefined (reading 'x')");
  const foreign = new ConvexError({ code: "SOMETHING_ELSE", message: "raw" });
  for (const error of [bug, foreign, "a string", null]) {
    expect(errorMessage(error)).toBe(text.errors.unknown);
  }
  const lost = new Error("Connection lost while action was in flight");
  expect(errorMessage(lost)).toBe(text.errors.connectionLost);
});
