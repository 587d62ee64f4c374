import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { describe, expect, test } from "vitest";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { post, refusal } from "../support/http.ts";

const fixture = fixtureDeployment();
const client = () => new ConvexHttpClient(fixture.current.url, { logger: false });
const ticks = (by: string) => client().query(api.ticks.count, { by });
const { isolates } = api;

describe("a floating promise", () => {
  test.each([
    ["rejection", "Uncaught Error: nobody catches this\n    at rejection (../convex/isolates.ts:"],
    ["asyncThrow", "Uncaught TypeError: nobody catches this either\n    at "],
    ["notAnError", "Uncaught a text\n"],
  ])("that is rejected fails its function: %s", async (what, words) => {
    const by = `left ${what}`;
    expect(await refusal(client().query(isolates.leavesInQuery, { what }))).toContain(words);
    expect(await refusal(client().mutation(isolates.leavesInMutation, { what, by }))).toContain(
      words,
    );
    expect(await ticks(by)).toBe(0);
    expect(await refusal(client().action(isolates.leavesInAction, { what, by }))).toContain(words);
  });

  test.each(["nested", "write"])(
    "of a failed %s call fails the mutation, and undoes its writes",
    async (what) => {
      const by = `left ${what}`;
      const text = await refusal(client().mutation(isolates.leavesInMutation, { what, by }));
      expect(text).toContain(what === "nested" ? "failed on purpose" : "does not match the schema");
      expect(await ticks(by)).toBe(0);
    },
  );

  test("of a failed call or timer fails an action at once", async () => {
    const leaving = (what: string) =>
      refusal(client().action(isolates.leavesInAction, { what, by: "action" }));
    expect(await leaving("nested")).toContain("failed on purpose");
    expect(await leaving("timer")).toContain(
      "Server Error\nUncaught RangeError: in a timer\n    at ",
    );
    expect(await client().action(isolates.leavesInAction, { what: "none", by: "" })).toBe(
      "returned",
    );
  });

  test("is unhandled when it is awaited too late", async () => {
    expect(await refusal(client().mutation(isolates.waitsTooLate, {}))).toContain(
      "failed on purpose",
    );
  });

  test("in a nested call fails that call only, and its caller can catch the error", async () => {
    expect(await client().mutation(isolates.caughtByParent, { by: "caught" })).toContain(
      "Uncaught Error: nobody catches this\n    at ",
    );
    expect(await ticks("caught")).toBe(0);
  });

  test("of a mutation's write is completed before the mutation ends", async () => {
    expect(await client().mutation(isolates.writesUnawaited, { by: "unawaited" })).toBeNull();
    expect(await ticks("unawaited")).toBe(3);
  });

  test("that is pending when its action ends is logged as a warning", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    // It listens on a port, so that its address is not a pipe's name.
    const url = `http://127.0.0.1:${String((silent.address() as AddressInfo).port)}/`;
    const call = { path: "isolates:endsTooSoon", args: { url }, format: "json" };
    const { json } = await post(`${fixture.current.url}/api/action`, call);
    expect(json).toMatchObject({ status: "success" });
    expect(json?.logLines).toEqual([
      "[WARN] 3 unawaited operations: [action, fetch]. Async operations should be awaited or they might not run. See https://docs.convex.dev/functions/actions#dangling-promises for more information.",
    ]);
    silent.close();
    silent.closeAllConnections();
  });
});

describe("a promise that never settles", () => {
  const words = "Server Error\nReturned promise will never resolve\n";

  test("fails a query or a mutation at once, and undoes its writes", async () => {
    expect(await refusal(client().query(isolates.neverInQuery, {}))).toContain(words);
    expect(await refusal(client().mutation(isolates.neverInMutation, { by: "never" }))).toContain(
      words,
    );
    expect(await ticks("never")).toBe(0);
  });

  test("does not include one that a digest or a stream settles", async () => {
    expect(await client().query(isolates.waitsOutside, {})).toEqual([32, 3, 1]);
  });
});

test("a function that makes calls without end times out, and other calls are served", async () => {
  const endless = refusal(client().query(isolates.asksWithoutEnd, {}));
  const others = client().query(isolates.countsCalls, {});
  expect(await endless).toContain("Function execution timed out (maximum duration: 1s)");
  expect(await others).toEqual([1, 1]);
});

describe("each call", () => {
  test("has its own modules and globals", async () => {
    for (const call of [0, 1]) {
      expect(await client().query(isolates.countsCalls, {}), String(call)).toEqual([1, 1]);
      expect(await client().action(isolates.countsCallsInAction, {})).toEqual([1, 1]);
    }
  });

  test.each([
    ["Function", "EvalError: Code generation from strings disallowed for this context"],
    ["eval", "EvalError: Code generation from strings disallowed for this context"],
    ["meta", "TypeError: import.meta unsupported"],
    [
      "status",
      "RangeError: Failed to construct 'Response': The status provided is outside the range [200, 599].",
    ],
  ])("may not use %s", async (what, words) => {
    expect(await client().query(isolates.attempts, { what })).toBe(words);
    expect(await client().action(isolates.attemptsInAction, { what })).toBe(words);
  });

  test("can import() the app's modules in an action, and not in a query", async () => {
    expect(await client().query(isolates.attempts, { what: "import" })).toBe(
      "TypeError: dynamic module import unsupported",
    );
    expect(await client().action(isolates.attemptsInAction, { what: "import" })).toBe(
      'allowed {"counted":42}',
    );
  });

  const notImplemented = (what: string) =>
    `Not implemented: ${what}. Consider calling an action defined in Node.js instead (https://docs.convex.dev/functions/actions).`;

  test.each([
    ["clone", "structuredClone with transfer not supported"],
    ["mode", notImplemented("get mode for Request")],
    ["host", notImplemented("set host for URL")],
  ])("fails with an error that can't be caught: %s", async (what, text) => {
    const words = `Server Error\nUncaught Error: ${text}`;
    expect(await refusal(client().query(isolates.attempts, { what }))).toContain(words);
    expect(await refusal(client().action(isolates.attemptsInAction, { what }))).toContain(words);
  });

  test("of a query that sets a timer fails, even if it catches the error", async () => {
    expect(await refusal(client().query(isolates.sleeps, {}))).toContain(
      "Can't use setTimeout in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.",
    );
  });
});

test("web APIs are production's", async () => {
  expect(await client().query(isolates.webApis, {})).toEqual({
    json: "application/json",
    text: "text/plain;charset=UTF-8",
    moved: ["POST", "https://example.org/", { a: 1 }],
    error: 500,
    redirect: "https://example.com/",
    url: [true, "example.com:8080", "a"],
    clone: true,
    errors: [true, true],
    weak: true,
  });
});

describe("an error", () => {
  const thrown = (what: string) => refusal(client().query(isolates.throws, { what }));

  test.each([
    ["property", "Uncaught TypeError: Cannot read properties of undefined (reading 'foo')"],
    ["json", `Uncaught SyntaxError: Unexpected token '<', "<html>" is not valid JSON`],
    ["subclass", "Uncaught NoSuchLuck: of mine"],
    ["url", "Uncaught TypeError: Invalid URL"],
  ])("has V8's message, with the lines of the source: %s", async (what, words) => {
    const lines = (await thrown(what)).split("\n");
    expect(lines[1]).toBe(words);
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(
        /^ {4}at (property|json|subclass|url) \(\.\.\/convex\/isolates\.ts:\d+:\d+\)$/,
      ),
      expect.stringMatching(/^ {4}at handler \(\.\.\/convex\/isolates\.ts:\d+:\d+\)$/),
      "",
    ]);
  });

  test.each([
    ["text", "Server Error\nUncaught a text\n"],
    ["object", "Server Error\nUncaught #<Object>\n"],
  ])("that is not an Error is printed as V8 prints it: %s", async (what, words) => {
    expect(await thrown(what)).toMatch(new RegExp(`${words}$`));
  });

  test("has a stack of its own calls only, in the lines of the source", async () => {
    const stack = await client().query(isolates.stackOf, { what: "subclass" });
    expect(stack.split("\n")).toEqual([
      expect.stringMatching(/^ {4}at subclass \(\.\.\/convex\/isolates\.ts:\d+:\d+\)$/),
      expect.stringMatching(/^ {4}at handler \(\.\.\/convex\/isolates\.ts:\d+:\d+\)$/),
    ]);
  });

  test("of a nested call has its stack, followed by the caller's", async () => {
    const lines = (await refusal(client().mutation(isolates.failsNested, {}))).split("\n");
    expect(lines.slice(1)).toEqual([
      "Uncaught Error: Uncaught Error: failed on purpose",
      expect.stringMatching(/^ {4}at handler \(\.\.\/convex\/ticks\.ts:\d+:\d+\)$/),
      "",
      expect.stringMatching(/^ {4}at async handler \(\.\.\/convex\/isolates\.ts:\d+:\d+\)$/),
      "",
    ]);
  });
});

describe("a function that fills the memory", () => {
  const words = "JavaScript execution ran out of memory (maximum memory usage: 64 MB)";

  test.each(["objects", "bytes"])(
    "fails with production's message, and no other function does: %s",
    async (what) => {
      const others = client().action(isolates.keepsInAction, { hundredThousands: 5 });
      const filling = [
        refusal(client().query(isolates.fills, { what })),
        refusal(client().action(isolates.fillsInAction, { what })),
      ];
      for (const text of await Promise.all(filling)) expect(text).toContain(words);
      expect(await others).toBe(500_000);
      expect(await client().query(isolates.discards, {})).toBe(1_000);
    },
  );

  test("fails even while it awaits, and garbage does not count", async () => {
    expect(await client().query(isolates.keeps, { hundredThousands: 3 })).toBe(300_000);
    expect(await refusal(client().query(isolates.keeps, { hundredThousands: 40 }))).toContain(
      words,
    );
    expect(
      await refusal(client().action(isolates.keepsInAction, { hundredThousands: 100 })),
    ).toContain(words);
  });

  test("fails as a live query, and other live queries are updated", async () => {
    const live = new ConvexClient(fixture.current.url, { logger: false });
    const results = { fills: "", count: -1 };
    live.onUpdate(
      isolates.fills,
      { what: "objects" },
      () => undefined,
      (error) => (results.fills = error.message),
    );
    live.onUpdate(api.ticks.count, { by: "no caller" }, (count) => (results.count = count));
    await expect
      .poll(() => results, { timeout: 20_000 })
      .toEqual({
        fills: expect.stringContaining(words) as string,
        count: 0,
      });
    await live.close();
  });
});
