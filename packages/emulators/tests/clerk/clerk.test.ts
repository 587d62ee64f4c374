import { createClerkClient } from "@clerk/backend";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { aClerk, aDataDir, call, str } from "../support/emulators.ts";

const ada = { email: "ada@example.com", first_name: "Ada", last_name: "Lovelace" };

describe("signing up", () => {
  test("returns Clerk's user object and a token that verifies by discovery", async () => {
    const clerk = await aClerk();
    const { status, json } = await call("POST", `${clerk.url}/sign-ups`, ada);
    expect(status).toBe(200);
    expect(json.user).toMatchObject({
      object: "user",
      first_name: "Ada",
      email_addresses: [{ email_address: "ada@example.com" }],
    });
    expect(json.user!.primary_email_address_id).toBe(
      (json.user!.email_addresses as unknown as { id: string }[])[0]!.id,
    );

    const found = await call("GET", `${clerk.issuer}/.well-known/openid-configuration`);
    const keys = createRemoteJWKSet(new URL(str(found.json.jwks_uri)));
    const token = str(json.token);
    const { payload } = await jwtVerify(token, keys, {
      issuer: str(found.json.issuer),
      audience: "convex",
      algorithms: ["RS256"],
    });
    expect(payload.sub).toBe(json.user!.id);
    expect(Object.keys(payload).sort()).toEqual(
      ["aud", "azp", "exp", "iat", "iss", "jti", "nbf", "sid", "sub"].sort(),
    );
    expect(payload.exp! - payload.iat!).toBe(60);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: "RS256", typ: "JWT" });
  });

  test("refuses a taken address, in upper or lower case", async () => {
    const clerk = await aClerk();
    await call("POST", `${clerk.url}/sign-ups`, ada);
    const again = await call("POST", `${clerk.url}/sign-ups`, { email: "ADA@example.com" });
    expect(again.status).toBe(422);
    expect(again.json.errors).toMatchObject([{ code: "form_identifier_exists" }]);
    expect((await call("GET", `${clerk.url}/users`)).json).toHaveLength(1);
  });

  test.each([
    ["no body", undefined],
    ["malformed JSON", "{"],
    ["no address", {}],
    ["not an address", { email: "ada" }],
    ["a name that isn't text", { ...ada, first_name: 1 }],
    ["a name without end", { ...ada, first_name: "a".repeat(300) }],
  ])("refuses %s", async (_, body) => {
    const clerk = await aClerk();
    const { status, json } = await call("POST", `${clerk.url}/sign-ups`, body);
    expect(status).toBe(422);
    expect(json.errors).toMatchObject([{ code: "form_param_format_invalid" }]);
    expect((await call("GET", `${clerk.url}/users`)).json).toEqual([]);
  });

  test("a new token differs from the last, and names the requesting origin", async () => {
    const clerk = await aClerk({ tokenTtlSeconds: 5, origins: ["http://localhost:5173"] });
    const { json } = await call("POST", `${clerk.url}/sign-ups`, ada);
    const fresh = await call(
      "POST",
      `${clerk.url}/tokens`,
      { user_id: json.user!.id },
      { origin: "http://localhost:5173" },
    );
    expect(fresh.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(fresh.json.token).not.toBe(json.token);
    const keys = createRemoteJWKSet(new URL(`${clerk.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(str(fresh.json.token), keys);
    expect(payload).toMatchObject({ azp: "http://localhost:5173", sub: json.user!.id });
    expect(payload.exp! - payload.iat!).toBe(5);
  });

  test("issues no token to an unknown user", async () => {
    const clerk = await aClerk();
    const { status, json } = await call("POST", `${clerk.url}/tokens`, { user_id: "user_x" });
    expect(status).toBe(404);
    expect(json.errors).toMatchObject([{ code: "resource_not_found" }]);
  });
});

describe("the Backend API, through @clerk/backend", () => {
  const setUp = async () => {
    const clerk = await aClerk();
    const { json } = await call("POST", `${clerk.url}/sign-ups`, ada);
    const client = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url });
    return { clerk, client, id: str(json.user!.id) };
  };

  test("gets, updates and deletes a user", async () => {
    const { client, id } = await setUp();
    const user = await client.users.getUser(id);
    expect(user.primaryEmailAddress?.emailAddress).toBe("ada@example.com");
    const updated = await client.users.updateUser(id, { firstName: "Augusta" });
    expect(updated.firstName).toBe("Augusta");
    expect(updated.lastName).toBe("Lovelace");
    expect(updated.updatedAt).toBeGreaterThan(user.updatedAt);
    expect(await client.users.deleteUser(id)).toMatchObject({ id, deleted: true });
    await expect(client.users.getUser(id)).rejects.toMatchObject({ status: 404 });
    await expect(client.users.deleteUser(id)).rejects.toMatchObject({
      status: 404,
      errors: [{ code: "resource_not_found" }],
    });
  });

  test("refuses a wrong key", async () => {
    const { clerk, id } = await setUp();
    const client = createClerkClient({ secretKey: "sk_test_wrong", apiUrl: clerk.url });
    await expect(client.users.getUser(id)).rejects.toMatchObject({
      status: 401,
      errors: [{ code: "clerk_key_invalid" }],
      clerkTraceId: expect.stringMatching(/./) as string,
    });
  });

  test("names an unsupported parameter", async () => {
    const { client, id } = await setUp();
    await expect(client.users.updateUser(id, { password: "a-long-one" })).rejects.toMatchObject({
      status: 422,
      errors: [{ code: "form_param_unknown" }],
    });
  });

  test("names an unsupported route", async () => {
    const { client } = await setUp();
    await expect(client.sessions.getSession("sess_x")).rejects.toMatchObject({
      status: 404,
      errors: [{ message: "the Clerk emulator has no GET /v1/sessions/sess_x" }],
    });
  });
});

describe("a restart", () => {
  test("keeps users, keys and tokens", async () => {
    const dataDir = aDataDir();
    const issuer = "http://127.0.0.1:7777";
    const first = await aClerk({ dataDir, issuer });
    const { json } = await call("POST", `${first.url}/sign-ups`, ada);
    await first.close();

    const second = await aClerk({ dataDir, issuer });
    expect(second).toMatchObject({
      issuer,
      secretKey: first.secretKey,
      webhookSecret: first.webhookSecret,
    });
    const keys = createRemoteJWKSet(new URL(`${second.url}/.well-known/jwks.json`));
    await expect(jwtVerify(str(json.token), keys, { issuer })).resolves.toBeDefined();
    const again = await call("POST", `${second.url}/tokens`, { user_id: json.user!.id });
    expect(again.status).toBe(200);
  });
});

test("an endless request body is cut off", async () => {
  const clerk = await aClerk();
  const { status } = await call("POST", `${clerk.url}/sign-ups`, "x".repeat(65 * 1024 * 1024));
  expect(status).toBe(413);
});
