/** Bad input from outside, against a running `bun run dev`: each is refused in words, and it goes on running. */
import { join } from "node:path";
import { ConvexError } from "convex/values";
import { Webhook } from "svix";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { runConvex } from "../../scripts/lib/convex-cli.ts";
import { startFakeClerk } from "../support/fake-clerk.ts";
import { httpClient } from "../support/clients.ts";
import type { Ready } from "../support/dev.ts";
import { onDev } from "../support/dev-suite.ts";
import { freshToken, type Person } from "../support/emulators.ts";
import { tempFolder } from "../support/temp.ts";
import { setEnvironment } from "../support/world.ts";

/** A request with a JSON body, or with whatever text pretends to be one. */
async function postRaw(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; code: string | undefined }> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  return { status: response.status, text, code: codeIn(text) };
}

/** The `code` of an error that the deployment answers with, if it is one. */
function codeIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("code" in value)) return undefined;
    return typeof value.code === "string" ? value.code : undefined;
  } catch {
    return undefined;
  }
}

let dev: Ready;
let ada: Person;
let dataDir: string;
onDev((suite) => ({ dev, ada, dataDir } = suite));

afterEach(async () => {
  const status = await httpClient(dev.url).query(api.auth.users.userLoginStatus, {});
  expect(status).toEqual({ status: "No JWT Token", user: null });
});

const call = (path: string, args: unknown) =>
  JSON.stringify({ path, args, format: "convex_encoded_json" });

describe("a client that sends nonsense", () => {
  test.each(["query", "mutation", "action"])("malformed JSON to /api/%s", async (kind) => {
    const answer = await postRaw(`${dev.url}/api/${kind}`, '{"path": "auth/users:');
    expect(answer.status).toBe(400);
    expect(answer.code).toBeDefined();
  });

  test("an endpoint that isn't there is named", async () => {
    const answer = await postRaw(`${dev.url}/api/no_such_endpoint`, "{}");
    expect(answer.status).toBe(400);
    expect(answer.text).toContain("no_such_endpoint");
  });

  test("an unknown function", async () => {
    const answer = await postRaw(`${dev.url}/api/query`, call("auth/users:noSuchFunction", [{}]));
    expect(answer.text).toContain("Could not find public function for 'auth/users:noSuchFunction'");
  });

  test("an internal function is not there for a client", async () => {
    const path = "auth/sync:removeUser";
    const answer = await postRaw(`${dev.url}/api/mutation`, call(path, [{ clerkId: ada.id }]));
    expect(answer.text).toContain("Could not find public function");
  });

  test("arguments of the wrong type name the field", async () => {
    const path = "projects/queries:getById";
    const answer = await postRaw(`${dev.url}/api/query`, call(path, [{ projectId: 7 }]));
    expect(answer.text).toContain("ArgumentValidationError");
    expect(answer.text).toContain(".projectId");
  });

  test("a body far over the limit", async () => {
    const name = "x".repeat(24 * 1024 * 1024);
    const answer = await postRaw(`${dev.url}/api/query`, call("projects/queries:getById", [name]));
    expect(answer).toMatchObject({ status: 400, code: "BadJsonBody" });
  });
});

describe("a client that isn't who it says", () => {
  const queryWith = (token: string) =>
    postRaw(`${dev.url}/api/query`, call("projects/queries:listForCurrentUser", [{}]), {
      authorization: `Bearer ${token}`,
    });

  /** A token signed with the real key by a Clerk with other settings. */
  async function tokenFrom(settings: { issuer: string; now?: () => number }): Promise<string> {
    const clerk = await startFakeClerk(dataDir, tempFolder(), settings);
    onTestFinished(() => clerk.close());
    return await freshToken({ ...dev, clerkUrl: clerk.url }, ada);
  }

  test("a token that is no token", async () => {
    expect(await queryWith("not.a.token")).toMatchObject({ status: 401 });
  });

  test("a token whose signature was tampered with", async () => {
    const [header, payload, signature = ""] = (await freshToken(dev, ada)).split(".");
    const forged = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    const answer = await queryWith([header, payload, forged].join("."));
    expect(answer).toMatchObject({ status: 401, code: "Unauthenticated" });
  });

  test("a token from an issuer that auth.config.ts doesn't name", async () => {
    const answer = await queryWith(await tokenFrom({ issuer: "http://127.0.0.1:1" }));
    expect(answer).toMatchObject({ status: 401, code: "NoAuthProvider" });
  });

  test("a token that has expired", async () => {
    const anHourAgo = () => Date.now() - 3_600_000;
    const answer = await queryWith(await tokenFrom({ issuer: dev.clerkUrl, now: anHourAgo }));
    expect(answer.status).toBe(401);
    expect(["TokenExpired", "Unauthenticated"]).toContain(answer.code);
  });

  test("the deployment is changed with the admin key only", async () => {
    const body = JSON.stringify({ changes: [{ name: "DAYTONA_API_KEY", value: "stolen" }] });
    const token = await freshToken(dev, ada);
    for (const authorization of ["Convex wrong", "Convex ", `Bearer ${token}`, undefined]) {
      const headers = authorization === undefined ? {} : { authorization };
      const url = `${dev.url}/api/update_environment_variables`;
      const { status, code } = await postRaw(url, body, headers);
      expect([400, 401, 403]).toContain(status);
      expect(code).toBeDefined();
    }
    const cli = { cwd: join(dataDir, "cli") };
    const { stdout } = await runConvex(dev, ["env", "get", "DAYTONA_API_KEY"], cli);
    expect(stdout.trim()).toBe(dev.daytonaApiKey);
  });

  test("the functions themselves refuse with a code, over the wire as well", async () => {
    const create = httpClient(dev.url).action(api.projects.actions.create, {
      name: "Mine?",
      prompt: "Who am I?",
    });
    const refusal: unknown = await create.catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConvexError);
    expect(refusal).toMatchObject({ data: { code: "UNAUTHENTICATED" } });
  });
});

describe("a webhook that isn't Clerk's", () => {
  const body = JSON.stringify({ type: "user.deleted", object: "event", data: { id: "user_1" } });
  const deliver = (headers: Record<string, string>) =>
    postRaw(`${dev.siteUrl}/clerk-users-webhook`, body, headers);
  const signed = (secret: string) => {
    const now = new Date();
    return {
      "svix-id": "msg_1",
      "svix-timestamp": String(Math.floor(now.getTime() / 1000)),
      "svix-signature": new Webhook(secret).sign("msg_1", now, body),
    };
  };

  test("without a signature, or with someone else's, it is refused", async () => {
    expect((await deliver({})).status).toBe(400);
    const other = `whsec_${Buffer.from("some other secret, long enough").toString("base64")}`;
    expect((await deliver(signed(other))).status).toBe(400);
  });

  test("without a secret the deployment answers 500, so that Svix tries again", async () => {
    const cli = { cwd: join(dataDir, "cli") };
    const get = await runConvex(dev, ["env", "get", "CLERK_WEBHOOK_SECRET"], cli);
    const secret = get.stdout.trim();
    await setEnvironment(dev, { CLERK_WEBHOOK_SECRET: "" });
    expect((await deliver(signed(secret))).status).toBe(500);
    await setEnvironment(dev, { CLERK_WEBHOOK_SECRET: secret });
    expect((await deliver(signed(secret))).status).toBe(200);
  });

  test("one of more than a mebibyte is refused", async () => {
    const answer = await postRaw(`${dev.siteUrl}/clerk-users-webhook`, "x".repeat(1_200_000));
    expect(answer.status).toBe(413);
  });
});
