/** `convex/auth.config.ts` is evaluated again when variables change, as in production, and takes effect at once. */
import { afterEach, beforeAll, expect, test } from "vitest";
import { post } from "../support/http.ts";
import { setEnvironment } from "../../../../../tests/support/project.ts";
import { aToken, keySet } from "../support/tokens.ts";
import { aFunction, pushTarget } from "../support/wire_push.ts";

const target = pushTarget();
const AUTH_CONFIG = `
  if (process.env.ENDLESS) for (;;);
  export default { providers: [{
    type: "customJwt",
    applicationID: "wire",
    issuer: process.env.ISSUER,
    jwks: process.env.JWKS,
    algorithm: "ES256",
  }] };`;
const PROJECT = {
  modules: { "auth.config.js": AUTH_CONFIG, "m.js": `export const f = ${aFunction("query")};` },
};
const [ISSUER, OTHER] = ["https://issuer.example.com", "https://other.example.com"];

const reset = () => setEnvironment(target.deployment, { ISSUER, JWKS: keySet(), ENDLESS: "" });

beforeAll(async () => {
  await reset();
  expect(await target.pushToTheEnd(PROJECT)).toMatchObject({ status: 200 });
});

afterEach(reset);

/** The status of a call with a token of this issuer. */
async function statusFor(iss: string): Promise<number> {
  const call = { path: "m:f", args: {}, format: "json" };
  const headers = { authorization: `Bearer ${aToken({ iss })}` };
  const { status } = await post(`${target.deployment.url}/api/query`, call, headers);
  return status;
}

/** Changes variables. @returns the status, and the error if it is refused */
async function change(changes: Readonly<Record<string, string | null>>) {
  const { status, json } = await post(
    `${target.deployment.url}/api/update_environment_variables`,
    { changes: Object.entries(changes).map(([name, value]) => ({ name, value })) },
    { authorization: `Convex ${target.deployment.adminKey}` },
  );
  return { status, code: json?.code, message: json?.message };
}

test("a changed issuer is accepted at once, and the previous one refused", async () => {
  expect([await statusFor(ISSUER), await statusFor(OTHER)]).toEqual([200, 401]);
  expect(await change({ ISSUER: OTHER })).toMatchObject({ status: 200 });
  expect([await statusFor(ISSUER), await statusFor(OTHER)]).toEqual([401, 200]);
  await target.deployment.kill();
  await target.deployment.restart();
  expect([await statusFor(ISSUER), await statusFor(OTHER)]).toEqual([401, 200]);
});

test.each([
  [
    "that it reads and that are removed",
    { JWKS: null },
    "AuthConfigMissingEnvironmentVariable",
    "Environment variable JWKS is used in auth config file but its value was not set",
  ],
  [
    "with which it never ends",
    { ENDLESS: "1" },
    "InvalidAuthConfig",
    "This change would make the auth config invalid: Function execution timed out (maximum duration: 1s)\n",
  ],
  [
    "that make a provider invalid",
    { ISSUER: "http://[" },
    "InvalidAuthConfig",
    expect.stringMatching(/^This change would make the auth config invalid: /) as string,
  ],
  [
    "that are invalid by themselves",
    { JWKS: null, "1A": "" },
    "EnvironmentVariableNameInvalid",
    expect.stringMatching(/^The environment variable name 1A is invalid/) as string,
  ],
] as const)(
  "changes of variables %s are refused, and nothing changes",
  async (_name, changes, code, message) => {
    expect(await change({ ISSUER: OTHER, ...changes })).toEqual({ status: 400, code, message });
    expect([await statusFor(ISSUER), await statusFor(OTHER)]).toEqual([200, 401]);
  },
);
