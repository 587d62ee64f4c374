import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AuthError } from "../../src/auth/auth_error.ts";
import { parseAuthorizationHeader } from "../../src/auth/authorization_header.ts";

const encoded = (identity: unknown) => Buffer.from(JSON.stringify(identity)).toString("base64");

describe("an Authorization header", () => {
  test("may be missing", () => {
    expect(parseAuthorizationHeader(null)).toEqual({ type: "none" });
  });

  test.each(["Bearer abc.def.ghi", "bearer abc.def.ghi", "BEARER  abc.def.ghi "])(
    "may be a user's: %j",
    (header) => {
      expect(parseAuthorizationHeader(header)).toEqual({ type: "user", token: "abc.def.ghi" });
    },
  );

  test.each(["Convex local|secret", "convex local|secret", "Convex prod:local|secret"])(
    "may be an admin's: %j",
    (header) => {
      expect(parseAuthorizationHeader(header)).toEqual({ type: "admin", key: "local|secret" });
    },
  );

  test("may be an admin's who acts as a user", () => {
    const identity = { issuer: "https://i", subject: "s", name: "Ada", email: null, org: { a: 1 } };
    expect(parseAuthorizationHeader(`Convex dev:local|secret:${encoded(identity)}`)).toEqual({
      type: "admin",
      key: "local|secret",
      actingAs: {
        tokenIdentifier: "https://i|s",
        issuer: "https://i",
        subject: "s",
        name: "Ada",
        org: { a: 1 },
      },
    });
    const named = { tokenIdentifier: "t", email: null, custom: null };
    expect(parseAuthorizationHeader(`Convex key:${encoded(named)}`)).toEqual({
      type: "admin",
      key: "key",
      actingAs: { tokenIdentifier: "t", custom: null },
    });
  });

  test.each([
    ["", "InvalidHeaderFailure", "Invalid authentication header"],
    ["Bearer", "InvalidHeaderFailure", "Invalid authentication header"],
    ["Bearer ", "InvalidAdminKey", "Invalid admin key"],
    ["Basic YTpi", "InvalidAdminKey", "Invalid admin key"],
    ["Convex key:", "HeaderParseFailure", "Malformed Authorization header."],
    ["Convex key:%%%", "HeaderParseFailure", "Malformed Authorization header."],
    [
      `Convex key:${encoded({ tokenIdentifier: "t", email: 1 })}`,
      "HeaderParseFailure",
      "Malformed Authorization header.",
    ],
    [`Convex key:${encoded([])}`, "HeaderParseFailure", "Malformed Authorization header."],
    [
      `Convex key:${encoded({ subject: "s" })}`,
      "HeaderParseFailure",
      "Malformed Authorization header.",
    ],
    [
      `Convex key:${encoded({ tokenIdentifier: 1 })}`,
      "HeaderParseFailure",
      "Malformed Authorization header.",
    ],
  ])("is refused when it is %j", (header, code, message) => {
    expect(() => parseAuthorizationHeader(header)).toThrow(
      expect.objectContaining({ code, message, status: 400 }) as AuthError,
    );
  });

  test("of whatever shape is read or refused, and nothing else", () => {
    const schemes = fc.constantFrom("", "Bearer ", "Convex ", "Convex key:", "Convex p:k|");
    fc.assert(
      fc.property(schemes, fc.string({ unit: "binary" }), (scheme, rest) => {
        try {
          expect(["user", "admin"]).toContain(parseAuthorizationHeader(scheme + rest).type);
        } catch (error) {
          expect(error).toBeInstanceOf(AuthError);
        }
      }),
    );
  });
});
