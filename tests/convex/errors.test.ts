/** The refusals: what they carry, and how a front end recognises them. */
import { ConvexError } from "convex/values";
import { describe, expect, test } from "vitest";
import { isQuaverError, quaverError } from "../../convex/lib/errors.ts";

describe("a refusal", () => {
  test("carries its code, words for a user, and its own details", () => {
    expect(quaverError("NOT_FOUND").data).toEqual({
      code: "NOT_FOUND",
      message: expect.stringMatching(/./) as string,
    });
    expect(quaverError("RATE_LIMITED", { retryAfterMs: 5 }).data).toMatchObject({
      code: "RATE_LIMITED",
      retryAfterMs: 5,
    });
    const worded = quaverError("INVALID_ARGUMENT", { field: "name", message: "Too long." });
    expect(worded.data.message).toBe("Too long.");
  });

  test("must be given what its code needs", () => {
    // @ts-expect-error -- RATE_LIMITED says when to come back
    expect(quaverError("RATE_LIMITED").data).not.toHaveProperty("retryAfterMs");
    // @ts-expect-error -- NOT_FOUND has no details
    expect(quaverError("NOT_FOUND", { id: "secret" })).toBeInstanceOf(ConvexError);
  });

  test("is a new error each time, with a stack of its own", () => {
    expect(quaverError("NOT_FOUND")).not.toBe(quaverError("NOT_FOUND"));
  });
});

describe("the guard", () => {
  test("recognises refusals, and their codes", () => {
    const limit = { limit: 10, plan: "free", counted: "all" } as const;
    const error: unknown = quaverError("PLAN_LIMIT_REACHED", limit);
    expect(isQuaverError(error)).toBe(true);
    expect(isQuaverError(error, "PLAN_LIMIT_REACHED") && error.data.limit).toBe(10);
    expect(isQuaverError(error, "NOT_FOUND")).toBe(false);
  });

  test.for([
    ["nothing", undefined],
    ["null", null],
    ["a text", "NOT_FOUND"],
    ["data without its error", { data: { code: "NOT_FOUND" } }],
    ["an ordinary error", new Error("NOT_FOUND")],
    ["someone else's error", new ConvexError({ kind: "RateLimited" })],
    ["a code that is none", new ConvexError({ code: "TEAPOT" })],
    ["a code that every object has", new ConvexError({ code: "constructor" })],
    ["an error with a text", new ConvexError("NOT_FOUND")],
    ["an error with null", new ConvexError(null)],
  ] as const)("refuses %s", ([, thing]) => {
    expect(isQuaverError(thing)).toBe(false);
  });
});
