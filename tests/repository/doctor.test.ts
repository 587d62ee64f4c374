/** `bun run doctor`: its verdicts on the variables and on the services' answers. */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { checkAgent } from "../../scripts/doctor/agent.ts";
import { readVariables } from "../../scripts/doctor/deployment.ts";
import { jsonReport, textReport } from "../../scripts/doctor/report.ts";
import { askServices } from "../../scripts/doctor/services.ts";
import { VARIABLES, type VariableName } from "../../scripts/doctor/variables.ts";
import { isHealthy, checkVariables, type Values } from "../../scripts/doctor/checks.ts";
import { ROOT } from "../../scripts/lib/convex-cli.ts";

const GOOD = {
  AGENT_COMMAND: "node 'agent.js'",
  AGENT_ENV: '{"MODEL_KEY":"hunter2hunter2"}',
  CLERK_API_URL: "http://127.0.0.1:1",
  CLERK_JWT_ISSUER_DOMAIN: "https://verb-noun-00.clerk.accounts.dev",
  CLERK_SECRET_KEY: "sk_test_clerkclerkclerk",
  CLERK_WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  DAYTONA_API_KEY: "dtn_daytonadaytona",
  DAYTONA_API_URL: "http://127.0.0.1:1/api",
  DAYTONA_TARGET: "eu",
  DAYTONA_WEBHOOK_SECRET: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
  QUAVER_DEPLOYMENT: "team one",
  QUAVER_SNAPSHOT: "quaver-agent",
  SITE_URL: "http://localhost:5173",
  STRIPE_PRICE_PRO: "price_proproproproprop",
  STRIPE_SECRET_KEY: "rk_live_stripestripestripe",
  STRIPE_WEBHOOK_SECRET: "whsec_stripestripestripe",
} satisfies Record<VariableName, string>;

function verdictOn(name: VariableName, value: string) {
  return checkVariables({ ...GOOD, [name]: value }).find((verdict) => verdict.name === name)!;
}

describe("the variables", () => {
  test("are those of convex.config.ts, with the same ones required", () => {
    // As text: the components it imports can't be loaded outside a bundler.
    const config = readFileSync(join(ROOT, "convex/convex.config.ts"), "utf8");
    const declared = [...config.matchAll(/^ {4}([A-Z_]+): v\.(\w+)\(/gm)];
    expect(Object.keys(VARIABLES).sort()).toEqual(declared.map(([, name]) => name).sort());
    const required = checkVariables({}).filter((verdict) => verdict.required);
    const asked = declared.filter(([, , kind]) => kind !== "optional").map(([, name]) => name);
    expect(required.map(({ name }) => name)).toEqual(asked);
  });

  test("are all set when each has its form", () => {
    expect(checkVariables(GOOD).filter(({ state }) => state !== "set")).toEqual([]);
  });

  test.each<[VariableName, string]>([
    ["CLERK_JWT_ISSUER_DOMAIN", "verb-noun-00.clerk.accounts.dev"],
    ["CLERK_JWT_ISSUER_DOMAIN", "https://"],
    ["CLERK_SECRET_KEY", "pk_test_clerkclerkclerk"],
    ["CLERK_WEBHOOK_SECRET", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    ["DAYTONA_WEBHOOK_SECRET", "whsec_not base64"],
    ["DAYTONA_API_KEY", "dtn_one\ndtn_two"],
    ["AGENT_ENV", "MODEL_KEY=hunter2"],
    ["AGENT_ENV", '{"MODEL_KEY":1}'],
    ["AGENT_ENV", '{"QUAVER_PROMPT":"mine"}'],
    ["SITE_URL", "localhost:5173"],
    ["STRIPE_PRICE_PRO", "prod_proproproproprop"],
    ["STRIPE_SECRET_KEY", "pk_live_stripestripestripe"],
    ["STRIPE_WEBHOOK_SECRET", "we_stripestripestripe"],
  ])("%s can't be %j", (name, value) => {
    expect(verdictOn(name, value)).toMatchObject({
      state: "malformed",
      without: VARIABLES[name].without,
    });
    expect(isHealthy([verdictOn(name, value)], [])).toBe(false);
  });

  test("may be missing, except the required one; an empty one counts as missing", () => {
    const verdicts = checkVariables({
      CLERK_JWT_ISSUER_DOMAIN: GOOD.CLERK_JWT_ISSUER_DOMAIN,
      SITE_URL: " ",
    });
    expect(verdicts.filter(({ state }) => state === "set")).toHaveLength(1);
    expect(isHealthy(verdicts, [])).toBe(true);
    expect(isHealthy(checkVariables({}), [])).toBe(false);
  });
});

/** A server with an answer for each path, and the variables that point to it. */
async function services(answers: (request: IncomingMessage) => [number, unknown] | "never") {
  const server = createServer((request, response) => {
    const answer = answers(request);
    if (answer !== "never") response.writeHead(answer[0]).end(JSON.stringify(answer[1]));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urls = { CLERK_JWT_ISSUER_DOMAIN: url, CLERK_API_URL: url, DAYTONA_API_URL: `${url}/api/` };
  const ask = async (values: Values = {}) => {
    const found = await askServices({ ...GOOD, ...urls, ...values }, { stripeUrl: url });
    return Object.fromEntries(found.map(({ name, ...verdict }) => [name, verdict]));
  };
  return { url, ask };
}

describe("the services", () => {
  test("answer good keys", async () => {
    const { ask } = await services(({ url, headers }) => {
      if (url === "/.well-known/openid-configuration")
        return [200, { issuer: `http://${headers.host}` }];
      const answers: Record<string, [string, number, unknown]> = {
        "/v1/users/user_000000000000000000000000000": [GOOD.CLERK_SECRET_KEY, 404, {}],
        "/api/sandbox?limit=1": [GOOD.DAYTONA_API_KEY, 200, { items: [] }],
        "/v1/prices?limit=1": [GOOD.STRIPE_SECRET_KEY, 503, {}],
        [`/v1/prices/${GOOD.STRIPE_PRICE_PRO}`]: [GOOD.STRIPE_SECRET_KEY, 200, {}],
      };
      const [key, status, body] = answers[url ?? ""] ?? ["", 500, {}];
      return headers.authorization === `Bearer ${key}` ? [status, body] : [401, {}];
    });
    const answers = { state: "answers" };
    expect(await ask()).toEqual({
      "Sign-in (Clerk)": answers,
      Clerk: answers,
      Daytona: answers,
      Stripe: answers,
    });
    expect(
      await ask({ CLERK_SECRET_KEY: "sk_test_someothers1", STRIPE_PRICE_PRO: "" }),
    ).toMatchObject({
      Clerk: { state: "refuses", why: "it does not accept the key" },
      Stripe: { state: "silent" },
    });
  });

  test("are wrong: no Clerk, no Daytona, no such price", async () => {
    const { ask } = await services(({ url }) =>
      url?.startsWith("/v1/prices") ? [404, {}] : [200, {}],
    );
    expect(await ask()).toMatchObject({
      "Sign-in (Clerk)": { state: "refuses" },
      Daytona: { state: "refuses" },
      Stripe: { state: "refuses", why: "the key's account has no such price as STRIPE_PRICE_PRO" },
    });
  });

  test("aren't called without a key, or with a malformed one", async () => {
    const { ask } = await services(() => [500, {}]);
    const found = await ask({
      CLERK_SECRET_KEY: "",
      DAYTONA_API_KEY: "a b",
      STRIPE_SECRET_KEY: "pk_x",
    });
    expect(found).toMatchObject({
      Clerk: { state: "unasked", why: "no usable CLERK_SECRET_KEY" },
      Daytona: { state: "unasked" },
      Stripe: { state: "unasked" },
      "Sign-in (Clerk)": { state: "silent" },
    });
  });

  test("that can't be reached, or refuse, are reported as failures", async () => {
    const found = await askServices(
      { ...GOOD, CLERK_JWT_ISSUER_DOMAIN: "http://127.0.0.1:1" },
      { stripeUrl: "http://127.0.0.1:1" },
    );
    expect(found.map(({ state }) => state)).toEqual(["silent", "silent", "silent", "silent"]);
    expect(isHealthy([], found)).toBe(false);
    expect(isHealthy([], [{ name: "Clerk", state: "unasked" }])).toBe(true);
  });
});

describe("the agent's command", () => {
  const stateOf = (AGENT_COMMAND: string, isLocal = true) =>
    checkAgent({ ...GOOD, AGENT_COMMAND }, isLocal).state;

  test.for([
    ["node", "found"],
    [`exec node '${join(ROOT, "package.json")}' 40`, "found"],
    ["no-such-agent --once", "missing"],
    ["node '/no/such/agent.js'", "missing"],
    ["/no/such/agent", "missing"],
    ["if true; then echo; fi", "unasked"],
    ["KEY=1 agent", "unasked"],
    ["$HOME/agent", "unasked"],
    ["", "unasked"],
  ])("%j is %s", ([command, state]) => {
    expect(stateOf(command!)).toBe(state);
  });

  test("of a deployment elsewhere is not looked for here", () => {
    expect(stateOf("no-such-agent", false)).toBe("unasked");
    expect(isHealthy([], [checkAgent({ AGENT_COMMAND: "no-such-agent" }, true)])).toBe(false);
  });
});

test("a variable that may be missing says so", () => {
  const text = textReport({ variables: checkVariables({}), services: [] });
  expect(text).toMatch(/AGENT_ENV +not set \(optional\) +without it/);
  expect(text).toMatch(/CLERK_JWT_ISSUER_DOMAIN +NOT SET +without it/);
});

test("no report contains a value", () => {
  const bad = Object.fromEntries(Object.keys(GOOD).map((name) => [name, `secret of ${name}`]));
  for (const values of [GOOD, bad]) {
    const findings = { variables: checkVariables(values), services: [] };
    for (const report of [jsonReport(findings), textReport(findings)]) {
      for (const value of Object.values(values)) expect(report).not.toContain(value);
    }
  }
});

test("a deployment that can't be reached is reported at once", async () => {
  vi.stubEnv("CONVEX_SELF_HOSTED_URL", "http://127.0.0.1:9"); // the discard port: nothing listens
  await expect(readVariables([])).rejects.toMatchObject({ code: "DEPLOYMENT_UNREACHABLE" });
  vi.unstubAllEnvs();
});
