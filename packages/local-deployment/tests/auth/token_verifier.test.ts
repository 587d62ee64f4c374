import type { AuthProvider } from "convex/server";
import { describe, expect, test } from "vitest";
import {
  AuthError,
  type AuthErrorCode,
  createTokenVerifier,
  tokenExpired,
} from "../../src/auth/token_verifier.ts";
import {
  aKey,
  aToken,
  type Claims,
  customJwt,
  FakeProvider,
  ISSUER,
  NOW,
  NOW_SECONDS,
  oidc,
} from "./fake_provider.ts";

const key = await aKey("key-1");
const otherKey = await aKey("key-2");
const ecKey = await aKey("ec", "ES256");
const edKey = await aKey("ed", "EdDSA");

/** A verifier at a time that the test moves. */
function aVerifier(provider: FakeProvider, configs: AuthProvider[] = [oidc()]) {
  const clock = { now: NOW };
  const options = { fetch: provider.fetch, now: () => clock.now, timeoutMs: 20 };
  return { clock, ...createTokenVerifier(configs, options) };
}

function refusal(code: AuthErrorCode, message: string | RegExp) {
  return expect.toSatisfy(
    (error) =>
      error instanceof AuthError &&
      error.code === code &&
      (typeof message === "string" ? error.message === message : message.test(error.message)),
    `AuthError ${code}: ${message}`,
  ) as AuthError;
}

const UNVERIFIED =
  "Could not verify OIDC token claim. Check that the token signature is valid and the token " +
  "hasn't expired.";

describe("an OIDC token", () => {
  test("gives the identity, with the standard claims under Convex's names", async () => {
    const { verify } = aVerifier(new FakeProvider(key));
    const token = await aToken(key, {
      ...{ name: "Ada L", given_name: "Ada", family_name: "L", nickname: "ada" },
      ...{ preferred_username: "ada1", profile: "https://a", picture: "https://b" },
      ...{ website: "https://c", email: "a@b.c", email_verified: true, gender: "f" },
      ...{ birthdate: "1815-12-10", zoneinfo: "UTC", locale: "en", phone_number: "+1" },
      ...{ phone_number_verified: false, address: { formatted: "Here" } },
      ...{ updated_at: 1_700_000_000, org: { role: "admin" }, sid: "sess", empty: null },
      ...{ nbf: NOW_SECONDS, jti: "j", azp: "http://x", fva: [1, -1] },
    });
    expect(await verify(token)).toEqual({
      identity: {
        tokenIdentifier: `${ISSUER}|user_1`,
        ...{ subject: "user_1", issuer: ISSUER, name: "Ada L", givenName: "Ada" },
        ...{ familyName: "L", nickname: "ada", preferredUsername: "ada1" },
        ...{ profileUrl: "https://a", pictureUrl: "https://b", websiteUrl: "https://c" },
        ...{ email: "a@b.c", emailVerified: true, gender: "f", birthday: "1815-12-10" },
        ...{ timezone: "UTC", language: "en", phoneNumber: "+1", phoneNumberVerified: false },
        ...{ address: "Here", updatedAt: "2023-11-14T22:13:20+00:00" },
        ...{ org: { role: "admin" }, sid: "sess", empty: null },
      },
      expiresAt: NOW + 60_000,
    });
  });

  test("cannot pass a custom claim off as its identity", async () => {
    const { verify } = aVerifier(new FakeProvider(key));
    const claims = { tokenIdentifier: "x|y", subject: "root", issuer: "https://evil" };
    const { identity } = await verify(await aToken(key, { ...claims, constructor: "c" }));
    expect(identity).toEqual({
      tokenIdentifier: `${ISSUER}|user_1`,
      subject: "user_1",
      issuer: ISSUER,
      constructor: "c",
    });
  });

  test("may be signed with EdDSA, and may have its one audience in a list", async () => {
    const { verify } = aVerifier(new FakeProvider(key, edKey));
    await expect(verify(await aToken(edKey, { aud: ["convex"] }))).resolves.toBeDefined();
  });

  test.each([
    ["clerk.example.com", ISSUER],
    ["https://clerk.example.com/", ISSUER],
    ["clerk.example.com", `${ISSUER}/`],
  ])("of %s matches issuer %s", async (domain, issuer) => {
    const provider = new FakeProvider(key);
    provider.discovery = { issuer, jwks_uri: `${ISSUER}/jwks` };
    const { verify } = aVerifier(provider, [oidc(domain)]);
    const { identity } = await verify(await aToken(key, { iss: issuer }));
    expect(identity.tokenIdentifier).toBe(`${issuer}|user_1`);
    expect(provider.requests[0]).toBe(`${ISSUER}/.well-known/openid-configuration`);
  });

  test.each<[string, Claims, AuthErrorCode, string]>([
    ["has expired", { exp: NOW_SECONDS }, "Unauthenticated", UNVERIFIED],
    ["is for others too", { aud: ["convex", "other"] }, "Unauthenticated", UNVERIFIED],
    [
      "has no subject",
      { sub: undefined },
      "InvalidAuthHeader",
      "Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT.",
    ],
    [
      "has an impossible date",
      { updated_at: 1e300 },
      "InvalidAuthHeader",
      "Could not parse as OIDC ID token. Token might not be an OIDC-compliant JWT.",
    ],
    [
      "is for another audience",
      { aud: "other" },
      "NoAuthProvider",
      "No auth provider found matching the given token. Check that your JWT's issuer and " +
        "audience match one of your configured providers: " +
        `[OIDC(domain=${ISSUER}, app_id=convex)]`,
    ],
    [
      "has no issuer",
      { iss: undefined },
      "InvalidAuthHeader",
      "Missing issuer claim ('iss') in JWT payload. The JWT must include an 'iss' claim that " +
        "matches one of your configured auth providers.",
    ],
  ])("is refused when it %s", async (_name, claims, code, message) => {
    const { verify } = aVerifier(new FakeProvider(key));
    await expect(verify(await aToken(key, claims))).rejects.toEqual(refusal(code, message));
  });

  test("is refused when its signature is another's, missing, or of another kind", async () => {
    const { verify } = aVerifier(new FakeProvider(key, ecKey));
    const forged = await aToken(otherKey, {}, { kid: "key-1" });
    const [header, , signature] = (await aToken(key)).split(".");
    const [, payload] = (await aToken(key, { sub: "root" })).split(".");
    const unsigned = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    for (const token of [
      forged,
      [header, payload, signature].join("."),
      `${unsigned}.${payload}.`,
      await aToken(ecKey),
    ]) {
      await expect(verify(token)).rejects.toEqual(refusal("Unauthenticated", UNVERIFIED));
    }
  });

  test.each(["", "x", "a.b.c", "..", "\u{1f600}.e30.x"])("is not %j", async (token) => {
    const { verify } = aVerifier(new FakeProvider(key));
    await expect(verify(token)).rejects.toEqual(
      refusal("InvalidAuthHeader", /^(Could not parse JWT payload|Missing issuer claim)/),
    );
  });

  test("has no provider when none is configured", async () => {
    const { verify } = aVerifier(new FakeProvider(key), []);
    await expect(verify(await aToken(key))).rejects.toEqual(
      refusal("NoAuthProvider", /no providers configured\). Check convex\/auth\.config\.ts\.$/),
    );
  });
});

describe("a provider's keys", () => {
  test("are fetched once for concurrent tokens", async () => {
    const provider = new FakeProvider(key);
    const { verify } = aVerifier(provider);
    const token = await aToken(key);
    await Promise.all([verify(token), verify(token), verify(token)]);
    await verify(token);
    expect(provider.keySetRequests).toBe(1);
  });

  test("are fetched again for a token with an unknown key, but not for every such token", async () => {
    const provider = new FakeProvider(key);
    const { verify, clock } = aVerifier(provider);
    await verify(await aToken(key));
    provider.keys = [otherKey];
    const token = await aToken(otherKey, { exp: NOW_SECONDS + 600 });
    await expect(verify(token)).rejects.toEqual(refusal("Unauthenticated", UNVERIFIED));
    expect(provider.keySetRequests).toBe(1);
    clock.now += 31_000;
    await expect(verify(token)).resolves.toBeDefined();
    expect(provider.keySetRequests).toBe(2);
  });

  test("are fetched again after a while, so that a revoked key stops working", async () => {
    const provider = new FakeProvider(key);
    const { verify, clock } = aVerifier(provider);
    const token = await aToken(key, { exp: NOW_SECONDS + 3600 });
    await verify(token);
    provider.keys = [otherKey];
    clock.now += 11 * 60_000;
    await expect(verify(token)).rejects.toEqual(refusal("Unauthenticated", UNVERIFIED));
  });

  test.each<[string, () => Promise<Response>]>([
    ["refuses the connection", () => Promise.reject(new TypeError("fetch failed"))],
    ["never answers", () => new Promise<Response>(() => undefined)],
    ["answers with an error", async () => new Response("oops", { status: 503 })],
    ["answers with something else", async () => new Response("<html>")],
    ["answers with no key set", async () => Response.json({ keys: "none" })],
    ["answers without end", async () => new Response("x".repeat(300_000))],
    [
      "stops in the middle of its answer",
      async () => new Response(new ReadableStream({ start: (c) => c.enqueue(Buffer.from("{")) })),
    ],
  ])("are a clear error when the provider %s, and are back when it is", async (_name, answer) => {
    const provider = new FakeProvider(key);
    provider.answer = answer;
    const { verify } = aVerifier(provider);
    const token = await aToken(key);
    await expect(verify(token)).rejects.toEqual(
      refusal(
        "AuthProviderDiscoveryFailed",
        /^Auth provider discovery of https:\/\/clerk\S+ failed/,
      ),
    );
    provider.answer = null;
    await expect(verify(token)).resolves.toBeDefined();
  });

  test("are not taken from a provider that names another issuer, or a file", async () => {
    for (const wrong of [{ issuer: "https://other" }, { jwks_uri: "file:///etc/passwd" }]) {
      const provider = new FakeProvider(key);
      provider.discovery = { ...provider.discovery, ...wrong };
      const { verify } = aVerifier(provider);
      await expect(verify(await aToken(key))).rejects.toEqual(
        refusal("AuthProviderDiscoveryFailed", `Auth provider discovery of ${ISSUER} failed`),
      );
    }
  });
});

describe("a custom provider's token", () => {
  test("keeps its claims' names, objects flattened", async () => {
    const { verify } = aVerifier(new FakeProvider(key), [customJwt()]);
    const claims = { given_name: "Ada", org: { role: "admin", team: { id: 1 } }, tags: ["a"] };
    const { identity, expiresAt } = await verify(await aToken(key, { ...claims, fva: 3 }));
    expect(expiresAt).toBe(NOW + 60_000);
    expect(identity).toEqual({
      tokenIdentifier: `${ISSUER}|user_1`,
      subject: "user_1",
      issuer: ISSUER,
      given_name: "Ada",
      "org.role": "admin",
      "org.team.id": 1,
      tags: ["a"],
    });
  });

  test("may have several audiences, or none where none is asked for", async () => {
    const { verify } = aVerifier(new FakeProvider(key), [customJwt()]);
    await expect(verify(await aToken(key, { aud: ["a", "convex"] }))).resolves.toBeDefined();
    const open = aVerifier(new FakeProvider(key), [customJwt({ applicationID: undefined })]);
    await expect(open.verify(await aToken(key, { aud: "b" }))).resolves.toBeDefined();
  });

  test("is verified with keys from a data URL, without a request", async () => {
    const keySet = JSON.stringify({ keys: [ecKey.jwk] });
    for (const jwks of [
      `data:text/plain;charset=utf-8;base64,${Buffer.from(keySet).toString("base64")}`,
      `data:application/json,${encodeURIComponent(keySet)}`,
    ]) {
      const provider = new FakeProvider();
      const { verify } = aVerifier(provider, [customJwt({ jwks, algorithm: "ES256" })]);
      await expect(verify(await aToken(ecKey))).resolves.toBeDefined();
      expect(provider.requests).toEqual([]);
    }
  });

  test("has five seconds' leeway for clocks that differ, and no more", async () => {
    const { verify } = aVerifier(new FakeProvider(key), [customJwt()]);
    const verified = async (claims: Claims) => verify(await aToken(key, claims));
    await expect(verified({ exp: NOW_SECONDS - 5 })).resolves.toBeDefined();
    await expect(verified({ nbf: NOW_SECONDS + 5 })).resolves.toBeDefined();
    await expect(verified({ exp: NOW_SECONDS - 6 })).rejects.toEqual(
      refusal("InvalidAuthHeader", "Could not validate token: Token expired 6 seconds ago"),
    );
    await expect(verified({ nbf: NOW_SECONDS + 9 })).rejects.toEqual(
      refusal("InvalidAuthHeader", "Could not validate token: Token will be valid in 9 seconds"),
    );
    await expect(verified({ exp: undefined })).rejects.toEqual(
      refusal("InvalidAuthHeader", "Missing expiry"),
    );
  });

  test("must name a key of the provider's, and be of the provider's algorithm", async () => {
    const { verify } = aVerifier(new FakeProvider(key, ecKey), [customJwt()]);
    const unknown = (kid: string) =>
      refusal(
        "InvalidAuthHeader",
        `Could not decode token. The JWT's 'kid' (key ID) header is '${kid}', does this key ` +
          "match any key in the provider's JWKS?",
      );
    await expect(verify(await aToken(otherKey))).rejects.toEqual(unknown("key-2"));
    await expect(verify(await aToken(ecKey))).rejects.toEqual(unknown("ec"));
    await expect(verify(await aToken(key, {}, { kid: undefined }))).rejects.toEqual(
      refusal(
        "InvalidAuthHeader",
        "Could not decode token. JWT may be missing a 'kid' (key ID) header.",
      ),
    );
  });

  test.each<[object, (() => Promise<Response>) | null, RegExp]>([
    [{}, async () => new Response("", { status: 404, statusText: "Not Found" }), /HTTP 404 Not F/],
    [{}, () => new Promise(() => undefined), /'https:\S+\/jwks': no answer within 20 ms\. Check/],
    [{}, async () => new Response("{}"), /^Invalid Content-Type 'text\/plain;charset=UTF-8' when/],
    [{}, async () => Response.json({}), /^Invalid JWKS response body from 'https:/],
    [{ jwks: "data:application/json;base64" }, null, /^Invalid JWKS data URL/],
    [{ jwks: "ftp://x/jwks" }, null, /is not an http or https URL/],
  ])("is refused when the keys can't be had (%#)", async (config, answer, message) => {
    const provider = new FakeProvider(key);
    provider.answer = answer;
    const { verify } = aVerifier(provider, [customJwt(config)]);
    await expect(verify(await aToken(key))).rejects.toEqual(refusal("InvalidAuthHeader", message));
  });
});

describe("a provider's configuration", () => {
  test.each<[AuthProvider, string]>([
    [oidc('"https://x"'), "InvalidProviderDomainUrl"],
    [oidc("sk_test_123"), "InvalidProviderDomainUrl"],
    [oidc("ftp://x.com"), "InvalidProviderDomainUrl"],
    [oidc("https://"), "InvalidProviderDomainUrl"],
    [customJwt({ algorithm: "HS256" }), "InvalidSignatureAlgorithm"],
  ])("is refused when it can't work (%#)", (config, code) => {
    expect(() => createTokenVerifier([config])).toThrow(expect.objectContaining({ code }) as Error);
  });

  test("may be on this machine", async () => {
    const provider = new FakeProvider(key);
    const local = "http://127.0.0.1:4321";
    provider.discovery = { issuer: local, jwks_uri: `${local}/jwks` };
    const { verify } = aVerifier(provider, [oidc(local)]);
    await expect(verify(await aToken(key, { iss: local }))).resolves.toBeDefined();
  });
});

test("errors have their HTTP status", () => {
  expect(tokenExpired()).toMatchObject({
    code: "TokenExpired",
    message: "Convex token identity expired",
    status: 401,
  });
  expect(new AuthError("AuthProviderDiscoveryFailed", "x").status).toBe(400);
});
