/** The fields of responses, which are production's. */
import { ConvexError } from "convex/values";
import { describe, expect, test } from "vitest";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { answerOf, post } from "../support/http.ts";
import { RawClient, liveClient, watch } from "../support/sync.ts";

const fixture = fixtureDeployment();
const at = (path: string) => `${fixture.current.url}${path}`;

const SERVER_ERROR = /^\[Request ID: [0-9a-f]{16}\] Server Error\n/;

describe("over HTTP", () => {
  test("values have the requested format, or plain JSON; without log lines there is no logLines field", async () => {
    const args = { value: { n: { $integer: "AwAAAAAAAAA=" } } };
    const told = (format?: string) => post(at("/api/query"), { path: "calls:echo", args, format });
    const plain = { status: "success", value: { n: "3" } };
    const encoded = { status: "success", value: args.value };
    for (const format of [undefined, "json", "convex_clean_json"])
      expect((await told(format)).json).toEqual(plain);
    for (const format of ["convex_encoded_json", "convex_json"])
      expect((await told(format)).json).toEqual(encoded);
    expect(await told("xml")).toMatchObject({
      status: 400,
      json: { code: "BadFormat", message: "format param must be one of [`json`]. Got xml" },
    });
    const { json } = await post(at("/api/query"), { path: "calls:refuses", args: {} });
    expect(json?.errorData).toEqual({ code: "REFUSED", count: "3", nested: { at: [1, 2] } });
    expect(json).not.toHaveProperty("logLines");
    expect((await post(at("/api/query"), { path: "calls:logs" })).status).toBe(400);
  });

  test.each(["query", "mutation", "action"] as const)(
    "a ConvexError of a %s has its data, even null, and another error has none",
    async (kind) => {
      const name = { query: "inQuery", mutation: "inMutation", action: "inAction" }[kind];
      const failing = async (what: string) =>
        (await post(at(`/api/${kind}`), { path: `errors:${name}`, args: { what } })).json;
      const text = expect.stringMatching(SERVER_ERROR) as string;
      expect(await failing("an Error")).toEqual({ status: "error", errorMessage: text });
      const convexError = { status: "error", errorMessage: text, errorData: null };
      expect(await failing("a ConvexError of null")).toEqual(convexError);
    },
  );

  test("a body without a JSON content type is a bad request", async () => {
    const body = JSON.stringify({ path: "calls:double", args: { n: 1 } });
    const sent = async (type: string) => {
      const headers = { "content-type": type };
      return await answerOf(await fetch(at("/api/query"), { method: "POST", body, headers }));
    };
    expect(await sent("text/plain")).toMatchObject({
      status: 400,
      json: { message: "Expected request with `Content-Type: application/json`" },
    });
    for (const type of ["application/json; charset=utf-8", "application/problem+json"])
      expect((await sent(type)).json?.value).toBe(2);
  });
});

describe("on the socket", () => {
  test("live queries, mutations and actions carry a ConvexError's data", async () => {
    const failures = {
      "an Error": { type: "QueryFailed", logLines: [], journal: null },
      "a ConvexError of null": { type: "QueryFailed", errorData: null },
    };
    for (const [what, message] of Object.entries(failures)) {
      const args = { what: what as keyof typeof failures };
      const client = liveClient(fixture.current.url);
      const watched = watch(client, api.errors.inQuery, args);
      await watched.until(() => watched.errors.length === 1);
      const thrown = [
        watched.errors[0],
        await client.mutation(api.errors.inMutation, args).catch((error: unknown) => error),
        await client.action(api.errors.inAction, args).catch((error: unknown) => error),
      ];
      const isConvexError = what !== "an Error";
      for (const error of thrown) {
        expect(error instanceof ConvexError).toBe(isConvexError);
        if (isConvexError) expect(error).toMatchObject({ data: null });
      }
      const wire = await RawClient.open(fixture.current.url);
      wire.add(1, "errors:inQuery", args);
      wire.mutate(0, "errors:inMutation", args);
      const failed = await wire.update(1);
      expect(failed).toMatchObject(message);
      expect("errorData" in failed).toBe(isConvexError);
      const response = await wire.next(({ type }) => type === "MutationResponse");
      expect(response).toMatchObject({ success: false, ts: null, logLines: [] });
      expect("errorData" in response).toBe(isConvexError);
    }
  });

  test("transitions carry the client's clock skew, by which it schedules the next token", async () => {
    const ahead = 3_600_000;
    const client = await RawClient.open(fixture.current.url, {
      id: crypto.randomUUID(),
      clientTs: Date.now() + ahead,
    });
    client.add(1, "calls:double", { n: 1 });
    const { clientClockSkew } = await client.next(({ type }) => type === "Transition");
    expect(Math.abs(clientClockSkew! - ahead)).toBeLessThan(600_000);
    const silent = await RawClient.open(fixture.current.url);
    silent.add(1, "calls:double", { n: 1 });
    expect(await silent.next(({ type }) => type === "Transition")).toHaveProperty(
      "clientClockSkew",
      null,
    );
  });
});

describe("what functions log", () => {
  const linesOf = async (kind: string, path: string) => {
    const { json } = await post(at(`/api/${kind}`), { path, args: {} });
    expect(json).toMatchObject({ status: "success" });
    return (json?.logLines ?? []) as string[];
  };

  test.each([
    ["query", "logging:inQuery"],
    ["mutation", "logging:inMutation"],
    ["action", "logging:inAction"],
  ])("of a %s is printed as production prints it", async (kind, path) => {
    const lines = await linesOf(kind, path);
    expect(lines.slice(0, 3)).toEqual([
      "[LOG] 'a string' {\n  one: 1,\n  list: [ 1, 'two' ]\n} [Error: shown]",
      "[WARN] Timer 't' already exists",
      "[WARN] Timer 'other' does not exist",
    ]);
    expect(lines[3]).toMatch(/^\[INFO\] t: \d+ms$/);
    expect(lines[4]).toBe("[LOG] 'table' 'undefined'");
    expect(lines[5]).toMatch(
      /^\[LOG\] 'traced' \n {4}at .*traces \(.*convex\/logging\.ts:\d+:\d+\)\n[^]*\n$/,
    );
    expect(lines).toHaveLength(6);
  });

  test("is cut off with production's last line", async () => {
    const lines = await linesOf("query", "logging:much");
    expect(lines).toHaveLength(256);
    expect(lines.at(-1)).toBe("[ERROR] Log overflow (maximum 256). Remaining log lines omitted.");
    expect(lines.at(-2)).toBe("[LOG] 254");
    const [line] = await linesOf("query", "logging:long");
    expect(line).toMatch(/^\[LOG\] 'x{32767} \(truncated due to length\)$/);
  });

  test("of Node is printed as Node prints it, except direct writes to the process's output", async () => {
    expect(await linesOf("action", "loggingInNode:values")).toEqual([
      "[LOG] 'a string' { one: 1, list: [ 1, 'two' ] }",
      "[WARN] \"Timer 't' already exists\"",
      "[WARN] \"Timer 'other' does not exist\"",
      "[WARN] 'Assertion failed: asserted'",
      "[LOG] 'default: 1'",
    ]);
    const many = await linesOf("action", "loggingInNode:much");
    expect(many).toHaveLength(257);
    expect(many.at(-1)).toBe("[ERROR] Log overflow (maximum 256). Remaining log lines omitted.");
    const long = await linesOf("action", "loggingInNode:long");
    // Two strings and their quotes, of which Node cuts none, nor the line that they make.
    const length = "[LOG] ".length + 2 * 30_002 + 1;
    expect(long.slice(0, -1).map((line) => line.length)).toEqual(Array(17).fill(length));
    expect(long.at(-1)).toContain("Log overflow (maximum 1M characters).");
  });
});

describe("a missing function", () => {
  const told = async (kind: string, path: string, headers = {}, more = {}) =>
    (await post(at(`/api/${kind}`), { path, args: {}, ...more }, headers)).json;
  const asAdmin = (identity = "") => ({
    authorization: `Convex ${fixture.current.adminKey}${identity}`,
  });
  const missing = (path: string) => `Could not find public function for '${path}'.`;

  test("fails the call of a function", async () => {
    expect((await told("query", "missing:fromQuery"))?.value).toEqual({
      noExport: missing("calls:none"),
      noModule: missing("nowhere:none"),
    });
    expect((await told("action", "missing:fromAction"))?.value).toEqual({
      noExport: `${missing("calls:none")}\n`,
      noMutation: `${missing("nowhere:none")}\n`,
      noAction: `${missing("calls:none")}\n`,
      scheduledModule: "Attempted to schedule function at nonexistent path: nowhere.js",
    });
    expect((await told("mutation", "missing:fromMutation"))?.value).toEqual({
      noMutation: missing("nowhere:none"),
      scheduledModule: "Attempted to schedule function at nonexistent path: nowhere.js",
      scheduledExport:
        "Attempted to schedule function, but no exported function none found in the file: calls.js. Did you forget to export it?",
      scheduledInACentury: "UnixTimestamp(3153600000s) is more than 5 years in the future",
    });
  });

  test("fails a call of any type; an admin who acts as a user does not see internal functions", async () => {
    const notFound = (path: string) =>
      expect.stringContaining(
        `Could not find function for '${path}'. Did you forget to run \`npx convex dev\`?`,
      ) as string;
    const ada = Buffer.from(JSON.stringify({ tokenIdentifier: "ada" })).toString("base64");
    expect((await told("function", "calls:secret", asAdmin()))?.value).toBe("for the operator");
    expect(await told("function", "calls:none", asAdmin())).toMatchObject({
      errorMessage: notFound("calls:none"),
    });
    expect(await told("function", "calls:secret", asAdmin(`:${ada}`))).toMatchObject({
      errorMessage: notFound("calls:secret"),
    });
    expect((await post(at("/api/run/calls/secret"), { args: {} })).json).toMatchObject({
      errorMessage: notFound("calls:secret"),
    });
    const elsewhere = await told("query", "lib:total", asAdmin(), { componentPath: "nowhere" });
    expect(elsewhere?.errorMessage).toContain("Component path 'nowhere' not found");
  });
});

describe("an admin who acts as a user", () => {
  const ada = { issuer: "https://issuer.example", subject: "ada" };
  const whoAmI = { subject: "ada", tokenIdentifier: "https://issuer.example|ada" };

  test("has the user's identity in functions, by the CLI and on the socket", async () => {
    const run = (identity: object, ...more: string[]) =>
      fixture.project.convex(
        "run",
        "calls:whoAmI",
        "--identity",
        JSON.stringify(identity),
        ...more,
      );
    expect(JSON.parse((await run(ada)).stdout)).toEqual(whoAmI);

    const client = await RawClient.open(fixture.current.url);
    const authenticate = { type: "Authenticate", tokenType: "Admin", baseVersion: 0 };
    client.send({ ...authenticate, value: fixture.current.adminKey, impersonating: ada });
    client.add(1, "calls:whoAmI", {});
    expect((await client.update(1)).value).toEqual(whoAmI);
  });

  test("must give the user's issuer and subject", async () => {
    const client = await RawClient.open(fixture.current.url);
    const authenticate = { type: "Authenticate", tokenType: "Admin", baseVersion: 0 };
    const impersonating = { subject: "ada" };
    client.send({ ...authenticate, value: fixture.current.adminKey, impersonating });
    const { error } = await client.next(({ type }) => type === "FatalError");
    expect(error).toBe(
      'Received Invalid JSON on websocket: Either "tokenIdentifier" or "issuer" and "subject" must be set',
    );
  });
});
