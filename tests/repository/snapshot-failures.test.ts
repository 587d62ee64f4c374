import { SandboxError, type SandboxErrorCode } from "@quaver/sandbox";
import { describe, expect, test } from "vitest";
import { toCommandFailure } from "../../scripts/snapshot/failures.ts";

describe("what `bun run snapshot` says when", () => {
  const cases: [SandboxErrorCode, string, RegExp][] = [
    ["UNAUTHORIZED", "DAYTONA_KEY_REFUSED", /doesn't accept DAYTONA_API_KEY/],
    ["FORBIDDEN", "DAYTONA_KEY_REFUSED", /needs permission.*Daytona says: its words/],
    ["QUOTA_EXCEEDED", "DAYTONA_QUOTA", /its words\nDelete snapshots/],
    ["SUSPENDED", "DAYTONA_QUOTA", /its words/],
    ["TIMEOUT", "SNAPSHOT_TIMEOUT", /run snapshot again/],
    ["UNAVAILABLE", "DAYTONA_UNREACHABLE", /DAYTONA_API_URL/],
    ["RATE_LIMITED", "DAYTONA_UNREACHABLE", /Try again later/],
    ["INVALID", "SNAPSHOT_INPUT", /its words/],
    ["UNEXPECTED_RESPONSE", "SNAPSHOT_FAILED", /its words/],
  ];

  test.each(cases)("Daytona's client throws %s: %s", (code, expected, message) => {
    const failure = toCommandFailure(new SandboxError(code, "its words"));
    expect(failure.code).toBe(expected);
    expect(failure.message).toMatch(message);
  });

  test("anything else is thrown", () => {
    const { code, message } = toCommandFailure(new Error("a disk is full"));
    expect([code, message]).toEqual(["SNAPSHOT_FAILED", "a disk is full"]);
  });
});
