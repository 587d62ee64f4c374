import { connect } from "node:net";
import { ConvexHttpClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { describe, expect, test } from "vitest";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { answerOf, post } from "../support/http.ts";
import { aForgedToken, aToken } from "../support/tokens.ts";

const fixture = fixtureDeployment();
const at = (path: string) => `${fixture.current.url}${path}`;
const client = () => new ConvexHttpClient(fixture.current.url, { logger: false });
const asAdmin = () => ({ authorization: `Convex ${fixture.current.adminKey}` });
const call = (path: string, args: unknown = {}, headers = {}) =>
  post(at("/api/query"), { path, args, format: "convex_encoded_json" }, headers);

const SERVER_ERROR = /^\[Request ID: [0-9a-f]{16}\] Server Error\n/;

describe("results", () => {
  test("values of every type come back as they were sent", async () => {
    const value = {
      big: 2n ** 62n,
      bytes: new Uint8Array([1, 2, 255]).buffer,
      floats: [NaN, Infinity, -Infinity, -0, 1e308, 5e-324],
      text: "\u0000 \ud83d\ude00 </script>",
      nothing: null,
      deep: [[[{ a: [true] }]]],
    };
    expect(await client().query(api.calls.echo, { value })).toEqual(value);
    expect(await client().action(api.calls.echoFromAction, { value })).toEqual(value);
  });

  test("log lines come with the result", async () => {
    const { json } = await call("calls:logs");
    expect(json).toEqual({
      status: "success",
      value: null,
      logLines: ["[LOG] 'hello' {\n  a: 1\n}", "[WARN] 'careful'", "[ERROR] 'broken'"],
    });
  });

  test("/api/run names the function in its path, and shows what plain JSON has no type for as text", async () => {
    const value = { n: { $integer: "AwAAAAAAAAA=" }, b: { $bytes: "AQL/" } };
    const { json } = await post(at("/api/run/calls/echo"), { args: { value } });
    expect(json).toMatchObject({ status: "success", value: { n: "3", b: "AQL/" } });
    const encoded = await post(at("/api/run/calls/echo"), {
      args: { value },
      format: "convex_encoded_json",
    });
    expect(encoded.json).toMatchObject({ value });
  });

  test("/api/query by GET, and a batch of queries", async () => {
    const args = encodeURIComponent(JSON.stringify({ n: 4 }));
    const got = await fetch(at(`/api/query?path=calls:double&args=${args}&format=json`));
    expect((await answerOf(got)).json).toMatchObject({ status: "success", value: 8 });
    const { json } = await post(at("/api/query_batch"), {
      queries: [
        { path: "calls:double", args: [{ n: 1 }], format: "convex_encoded_json" },
        { path: "calls:refuses", args: [{}], format: "convex_encoded_json" },
      ],
    });
    expect(json).toMatchObject({ results: [{ status: "success", value: 2 }, { status: "error" }] });
  });

  test("/api/query_ts returns the timestamp of the newest commit, which grows with every mutation", async () => {
    const ts = async () => {
      const { json } = await post(at("/api/query_ts"), {});
      return Buffer.from(json?.ts as string, "base64").readBigUInt64LE();
    };
    const before = await ts();
    await client().mutation(api.things.add, { group: "ts", name: "a" });
    expect(await ts()).toBeGreaterThan(before);
  });

  test("a query at an older timestamp is refused as unsupported", async () => {
    const body = { path: "calls:double", args: { n: 21 }, ts: "AAAAAAAAAAA=" };
    const { status, json } = await post(at("/api/query_at_ts"), body);
    expect(status).toBe(400);
    expect(json?.message).toContain("/api/query_at_ts is not in the local deployment");
  });
});

describe("errors", () => {
  test("a throw has production's message, with the lines of the TypeScript source", async () => {
    const { status, json } = await call("calls:throws");
    expect(status).toBe(200);
    expect(json).toMatchObject({ status: "error", logLines: ["[LOG] 'before'"] });
    expect(json?.errorMessage).toMatch(SERVER_ERROR);
    expect(json?.errorMessage).toContain("Uncaught TypeError: no such luck\n    at ");
    expect(json?.errorMessage).toMatch(/convex\/calls\.ts:\d+:\d+/);
    expect(json).not.toHaveProperty("errorData");
  });

  test.each(["query", "mutation", "action"] as const)(
    "a ConvexError of a %s carries its data",
    async (kind) => {
      const calls = {
        query: () => client().query(api.calls.refuses, {}),
        mutation: () => client().mutation(api.calls.refusesInMutation, {}),
        action: () => client().action(api.calls.refusesInAction, {}),
      };
      const error: unknown = await calls[kind]().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConvexError);
      expect((error as ConvexError<string>).data).toEqual({
        code: "REFUSED",
        count: 3n,
        nested: { at: [1, 2] },
      });
    },
  );

  test.each([
    [
      {},
      "Object is missing the required field `n`. Consider wrapping the field validator in `v.optional(...)` if this is expected.",
    ],
    [{ n: "1" }, 'Value does not match validator.\nPath: .n\nValue: "1"\nValidator: v.float64()'],
    [{ n: 1, m: 2 }, "Object contains extra field `m` that is not in the validator."],
    [{ n: { $integer: "AQAAAAAAAAA=" } }, "Value does not match validator.\nPath: .n\nValue: 1\n"],
  ])("arguments %j are refused", async (args, text) => {
    const { json } = await call("calls:double", args);
    expect(json?.errorMessage).toMatch(SERVER_ERROR);
    expect(json?.errorMessage).toContain("ArgumentValidationError: ");
    expect(json?.errorMessage).toContain(text);
  });

  test("a result that does not match `returns` is refused, of actions too", async () => {
    const expected = "ReturnsValidationError: Value does not match validator.";
    expect((await call("calls:lying")).json?.errorMessage).toContain(expected);
    const action = await post(at("/api/action"), { path: "calls:lyingAction", args: {} });
    expect(action.json?.errorMessage).toContain(expected);
  });

  test("calls of missing functions, and of functions of another kind, are refused", async () => {
    const messageOf = async (kind: string, path: string) =>
      (await post(at(`/api/${kind}`), { path, args: {} })).json?.errorMessage;
    expect(await messageOf("query", "calls:nothing")).toContain(
      "Could not find public function for 'calls:nothing'.",
    );
    expect(await messageOf("query", "__proto__:toString")).toContain(
      "Could not find public function",
    );
    expect(await messageOf("query", "calls:constructor")).toContain(
      "Could not find public function",
    );
    expect(await messageOf("query", "")).toContain("Could not find public function");
    expect(await messageOf("query", "things:add")).toContain(
      "Trying to execute things.js:add as Query, but it is defined as Mutation.",
    );
    expect(await messageOf("action", "things:add")).toContain(
      "Trying to execute things.js:add as Action, but it is defined as Mutation.",
    );
  });
});

describe("access", () => {
  test("only admins can call internal functions; to other callers they do not exist", async () => {
    expect((await call("calls:secret")).json?.errorMessage).toContain(
      "Could not find public function for 'calls:secret'.",
    );
    expect((await call("calls:secret", {}, asAdmin())).json?.value).toBe("for the operator");
    const byFunction = await post(
      at("/api/function"),
      { path: "calls:secret", args: {} },
      asAdmin(),
    );
    expect(byFunction.json?.value).toBe("for the operator");
    const missing = await post(at("/api/function"), { path: "calls:none", args: {} }, asAdmin());
    expect(missing.json?.errorMessage).toContain(
      "Could not find function for 'calls:none'. Did you forget to run `npx convex dev`?",
    );
  });

  test("only admins can call component functions", async () => {
    const body = { path: "lib:counts", args: {}, componentPath: "counter" };
    expect((await post(at("/api/query"), body, asAdmin())).json?.value).toEqual([]);
    expect(await post(at("/api/query"), body)).toMatchObject({
      status: 403,
      json: { code: "BadDeployKey" },
    });
    const nowhere = { ...body, componentPath: "counter/none" };
    expect((await post(at("/api/query"), nowhere, asAdmin())).json?.errorMessage).toContain(
      "counter/none",
    );
  });

  test("only admins can use the CLI's endpoints and system functions", async () => {
    const { url } = fixture.current;
    for (const path of ["/api/v1/get_canonical_urls", "/api/stream_function_logs?cursor=0"]) {
      expect(await answerOf(await fetch(url + path))).toMatchObject({ status: 403 });
    }
    for (const path of ["get_config_hashes", "deploy2/start_push", "deploy2/finish_push"]) {
      expect((await post(at(`/api/${path}`), { adminKey: "local|0" })).json?.code).toBe(
        "BadDeployKey",
      );
      expect((await post(at(`/api/${path}`), {})).status).toBe(400);
    }
    expect((await post(at("/api/function"), { path: "calls:logs", args: {} })).status).toBe(403);
    expect((await post(at("/api/update_environment_variables"), { changes: [] })).status).toBe(403);
    const variables = await call("_system/cli/queryEnvironmentVariables");
    expect(variables.json?.errorMessage).toContain("Could not find public function");
    const asked = await call("_system/cli/queryEnvironmentVariables", {}, asAdmin());
    expect(asked.json?.value).toContainEqual({ name: "LABEL", value: "of the app" });
  });

  test("a wrong admin key is refused everywhere", async () => {
    const { adminKey } = fixture.current;
    for (const key of [
      "",
      "local|",
      `${adminKey}0`,
      adminKey.slice(0, -1),
      adminKey.toUpperCase(),
    ]) {
      const answer = await call("calls:double", { n: 1 }, { authorization: `Convex ${key}` });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.json?.value).toBeUndefined();
    }
  });

  test("a valid token gives the caller's identity; an admin may act as a user", async () => {
    const signedIn = await call("calls:whoAmI", {}, { authorization: `Bearer ${aToken()}` });
    expect(signedIn.json?.value).toEqual({
      subject: "ada",
      tokenIdentifier: "https://issuer.example.com|ada",
    });
    expect((await call("calls:whoAmI")).json?.value).toBeNull();
    const identity = { subject: "bob", issuer: "me", tokenIdentifier: "me|bob" };
    const acting = Buffer.from(JSON.stringify(identity)).toString("base64");
    const header = { authorization: `Convex ${fixture.current.adminKey}:${acting}` };
    expect((await call("calls:whoAmI", {}, header)).json?.value).toMatchObject({ subject: "bob" });
  });

  const now = Math.floor(Date.now() / 1000);
  test.each([
    ["expired", () => aToken({ exp: now - 60 }), "InvalidAuthHeader"],
    ["of another issuer", () => aToken({ iss: "https://evil.example.com" }), "NoAuthProvider"],
    ["for another audience", () => aToken({ aud: "other" }), "NoAuthProvider"],
    ["signed with another key", () => aForgedToken(), "InvalidAuthHeader"],
    [
      "without a signature",
      () => `${aToken().split(".").slice(0, 2).join(".")}.`,
      "InvalidAuthHeader",
    ],
    ["that is none", () => "nonsense", "InvalidAuthHeader"],
  ])("a token %s is refused", async (_what, token, code) => {
    const answer = await call("calls:double", { n: 1 }, { authorization: `Bearer ${token()}` });
    expect(answer).toMatchObject({ status: 401, json: { code } });
    expect(answer.text).not.toContain(token());
  });

  test.each(["Basic YTpi", "x", "Bearer", "Bearer ", "Convex"])(
    "the header %j is refused",
    async (header) => {
      const answer = await call("calls:double", { n: 1 }, { authorization: header });
      expect([400, 401, 403]).toContain(answer.status);
      expect(answer.json?.code).toBeDefined();
    },
  );
});

describe("malformed requests", () => {
  test("an unknown endpoint is refused by name, without a 404, which the CLI would retry", async () => {
    expect(await post(at("/api/not_there"), {})).toMatchObject({
      status: 400,
      json: {
        code: expect.any(String) as string,
        message: expect.stringContaining("/api/not_there") as string,
      },
    });
    expect((await fetch(at("/api/query"), { method: "DELETE" })).status).toBe(400);
    expect((await fetch(at("/%E0%A4%A/../%00"))).status).toBe(400);
  });

  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a list", "[]"],
    ["null", "null"],
    ["no path", '{"args":{}}'],
    ["a path that is no string", '{"path":1,"args":{}}'],
    ["arguments that are no object", '{"path":"calls:double","args":5}'],
    ["two arguments", '{"path":"calls:double","args":[{"n":1},{"n":1}]}'],
    ["text that is not UTF-8", "\u00ff\u00fe"],
  ])("a body with %s is a bad request", async (_what, body) => {
    for (const endpoint of ["query", "mutation", "action", "query_batch"]) {
      expect(await post(at(`/api/${endpoint}`), body)).toMatchObject({
        status: 400,
        json: { code: "BadJsonBody" },
      });
    }
  });

  test.each(["", "null", "[1,2]", "{", "5"])("/api/run with the body %j", async (body) => {
    const answer = await post(at("/api/run/calls/double"), body);
    if (answer.status === 200) expect(answer.json?.status).toBe("error");
    else expect(answer).toMatchObject({ status: 400, json: { code: "BadJsonBody" } });
  });

  test("a GET whose arguments are not JSON is a bad request", async () => {
    const answer = await answerOf(await fetch(at("/api/query?path=calls:double&args={")));
    expect(answer).toMatchObject({ status: 400, json: { code: "BadJsonBody" } });
    expect((await answerOf(await fetch(at("/api/query")))).status).toBe(400);
  });

  test.each([
    ["an int64 of seven bytes", { $integer: "AQAAAAAAAA==" }],
    ["an int64 that is no base64", { $integer: "!!" }],
    ["an int64 that is a number", { $integer: 5 }],
    ["a float that needs no encoding", { $float: "AAAAAAAA8D8=" }],
    ["bytes that are no text", { $bytes: [1] }],
    ["a type that isn't there", { $set: [] }],
    ["a commit timestamp", { $commitTs: null }],
    ["a commit timestamp further in", [{ a: { $commitTs: null } }]],
    ["a map", { $map: [] }],
    ["an undefined", { $undefined: null }],
  ])("%s among the arguments is refused", async (_what, value) => {
    for (const [kind, path] of [
      ["query", "calls:echo"],
      ["action", "calls:echoFromAction"],
      ["mutation", "reading:write"],
    ] as const) {
      const args = kind === "mutation" ? { table: "anything", value: { value } } : { value };
      const answer = await post(at(`/api/${kind}`), { path, args, format: "convex_encoded_json" });
      expect(answer.json?.status, answer.text).not.toBe("success");
      expect(answer.status, answer.text).toBeLessThan(500);
    }
  });

  test.each([62, 63, 500, 5_000, 20_000, 100_000])(
    "a value nested %i deep is answered, and later calls are served",
    async (depth) => {
      const nested = '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
      for (const kind of ["query", "action"]) {
        const path = kind === "query" ? "calls:echo" : "calls:echoFromAction";
        const answer = await post(
          at(`/api/${kind}`),
          `{"path":"${path}","args":{"value":${nested}}}`,
        );
        expect(answer.status, answer.text.slice(0, 200)).toBeLessThan(500);
        // Around it are the arguments object, and the array of it.
        if (depth < 63) expect(answer.json?.status).toBe("success");
        else expect(answer.json?.status).not.toBe("success");
      }
      const list = "[".repeat(depth) + "]".repeat(depth);
      expect((await post(at("/api/mutation"), list)).status).toBe(400);
      expect((await call("calls:double", { n: 1 })).json?.value).toBe(2);
    },
  );

  test("numbers beyond a double become Infinity, and a field named `__proto__` does not change a prototype", async () => {
    const huge = await post(
      at("/api/query"),
      '{"path":"calls:double","args":{"n":1e999},"format":"convex_encoded_json"}',
    );
    expect(huge.status).toBeLessThan(500);
    const body = (args: string) => `{"path":"calls:loose","args":${args},"format":"json"}`;
    for (const args of [
      '{"__proto__":{"role":"admin"}}',
      '{"constructor":{"prototype":{"role":"admin"}}}',
    ]) {
      const { json } = await post(at("/api/query"), body(args));
      if (json?.status === "success") expect(json.value).toMatchObject({ inherited: false });
    }
    expect({}).not.toHaveProperty("role");
    const strict = await post(
      at("/api/query"),
      '{"path":"calls:double","args":{"n":1,"__proto__":{"a":1}}}',
    );
    expect(strict.status).toBeLessThan(500);
    const stored = await post(
      at("/api/mutation"),
      '{"path":"reading:write","args":{"table":"anything","value":{"__proto__":{"a":1},"b":1}}}',
    );
    expect(stored.status).toBeLessThan(500);
    expect((await call("calls:loose", {})).json?.value).toEqual({ keys: [], inherited: false });
  });
});

describe("sizes", () => {
  const MIB = 1024 * 1024;

  const TOO_LARGE = "Failed to buffer the request body: length limit exceeded";

  test("a body over 16 MiB and 2,000 bytes is refused by its content-length, before the body is sent", async () => {
    const { hostname, port } = new URL(fixture.current.url);
    const head = `POST /api/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${String(16 * MIB + 2_001)}\r\n\r\n`;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write(head + "{"));
      socket.once("data", (data) => {
        resolve(data.toString());
        socket.destroy();
      });
      socket.once("error", reject);
      socket.setTimeout(5_000, () => reject(new Error("no answer in 5 s")));
    });
    expect(answer).toContain("400 Bad Request");
    expect(answer).toContain(TOO_LARGE);
  });

  test("a chunked body of that size is refused", async () => {
    const chunk = new TextEncoder().encode(" ".repeat(MIB));
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (++sent > 40) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", body, headers, duplex: "half" } as const;
    const answer = await fetch(at("/api/query"), request).then(answerOf, (error: unknown) => error);
    // A server may close the connection as soon as it has said so.
    if (!(answer instanceof Error)) {
      expect(answer).toMatchObject({ status: 400, json: { message: TOO_LARGE } });
    }
    expect((await call("calls:double", { n: 1 })).json?.value).toBe(2);
  });

  test("arguments and results go up to 16 MiB", async () => {
    const result = await call("things:large", { megabytes: 16, filling: "x" });
    expect((result.json?.value as string).length).toBe(16_000_000);
    const tooLarge = await call("things:large", { megabytes: 17, filling: "x" });
    expect(tooLarge.json?.errorMessage).toContain("too large");
    const args = await call("calls:echo", { value: "x".repeat(16 * MIB) });
    expect(args.json?.errorMessage).toContain("Arguments for calls.js:echo are too large");
  });
});

describe("browsers", () => {
  test("any origin may call functions and read their errors", async () => {
    const origin = "https://app.example.com";
    const preflight = await fetch(at("/api/mutation"), {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-headers": "authorization,convex-client",
        "access-control-request-method": "POST",
      },
    });
    expect(preflight.ok).toBe(true);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
    for (const headers of [
      preflight.headers,
      (await call("calls:double", { n: 1 }, { origin })).headers,
      (await post(at("/api/query"), "{", { origin })).headers,
    ]) {
      expect(headers.get("access-control-allow-origin")).toBe(origin);
      expect(headers.get("access-control-allow-credentials")).toBe("true");
    }
  });
});

describe("HTTP actions", () => {
  test("answer on the site origin, and under /http of the other", async () => {
    const echoed = await fetch(`${fixture.current.siteUrl}/echo`, {
      method: "POST",
      body: "hello",
    });
    expect(await echoed.text()).toBe("hello");
    expect((await post(at("/http/echo"), "hi")).text).toBe("hi");
    const missing = await fetch(`${fixture.current.siteUrl}/nothing`, { method: "PUT" });
    expect(missing.status).toBe(404);
    expect(await missing.text()).toBe("No HttpAction routed for /nothing");
    const head = await fetch(`${fixture.current.siteUrl}/anything`, { method: "HEAD" });
    expect(head.status).toBe(200);
  });

  test("a path that starts with two slashes stays on this host", async () => {
    const { host, hostname, port } = new URL(fixture.current.siteUrl);
    const text = await new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `GET //evil.example.com/x HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        );
      });
      socket.on("data", (data) => (received += data.toString()));
      socket.once("end", () => resolve(received)).once("error", reject);
    });
    expect(text).toContain(host);
    expect(text).not.toContain('"host":"evil.example.com"');
  });

  test("a body over 20 MiB is refused", async () => {
    const answer = await fetch(`${fixture.current.siteUrl}/echo`, {
      method: "POST",
      body: "x".repeat(21 * MIB_),
    }).then(answerOf, (error: unknown) => error);
    if (!(answer instanceof Error)) expect(answer).toMatchObject({ status: 413 });
  });
});

const MIB_ = 1024 * 1024;
