import { describe, expect, test } from "vitest";
import type { FaultRule } from "../../src/index.ts";
import { aClerk, call } from "../support/emulators.ts";

const ada = { email: "ada@example.com" };

/** A Clerk emulator with a fault, and the result of a sign-up. */
async function signUpUnder(rule: FaultRule) {
  const clerk = await aClerk();
  clerk.faults.add(rule);
  const answer = await call("POST", `${clerk.url}/sign-ups`, ada).catch(() => "connection lost");
  clerk.faults.clear();
  const people = await call("GET", `${clerk.url}/users`);
  return { answer, done: (people.json as unknown as unknown[]).length === 1 };
}

describe("a fault", () => {
  test("can return a response without handling the request", async () => {
    const body = { errors: [] };
    const headers = { "retry-after": "7" };
    const { answer, done } = await signUpUnder({ kind: { status: 429, body, headers } });
    expect(answer).toMatchObject({ status: 429, json: body });
    expect((answer as { headers: Headers }).headers.get("retry-after")).toBe("7");
    expect(done).toBe(false);
  });

  test("can drop the connection before the request is handled", async () => {
    expect(await signUpUnder({ kind: "drop" })).toEqual({ answer: "connection lost", done: false });
  });

  test("can drop the connection after the request is handled", async () => {
    expect(await signUpUnder({ kind: "after" })).toEqual({ answer: "connection lost", done: true });
  });

  test("can return an error after the request is handled", async () => {
    const { answer, done } = await signUpUnder({ kind: { after: { status: 502 } } });
    expect(answer).toMatchObject({ status: 502 });
    expect(done).toBe(true);
  });

  test("can return malformed JSON after the request is handled", async () => {
    const { answer, done } = await signUpUnder({ kind: "malformed" });
    expect(answer).toMatchObject({ status: 200, json: '<html><body>{"id":' });
    expect(done).toBe(true);
  });

  test.each(["before", "after"] as const)("can be slow %s the work", async (when) => {
    const started = Date.now();
    const { answer, done } = await signUpUnder({ kind: { delayMs: 50, when } });
    expect(answer).toMatchObject({ status: 200 });
    expect(Date.now() - started).toBeGreaterThanOrEqual(49);
    expect(done).toBe(true);
  });

  test("can delay the response after the request is handled", async () => {
    const clerk = await aClerk();
    clerk.faults.add({ path: "/sign-ups", kind: { delayMs: 60_000, when: "after" } });
    const aborted = fetch(`${clerk.url}/sign-ups`, {
      method: "POST",
      body: JSON.stringify(ada),
      signal: AbortSignal.timeout(1_000),
    });
    await expect(aborted).rejects.toThrow();
    expect((await call("GET", `${clerk.url}/users`)).json).toHaveLength(1);
  });

  test("does not keep the emulator from closing", async () => {
    const clerk = await aClerk();
    clerk.faults.add({ kind: { delayMs: 60_000 } });
    const hanging = call("GET", `${clerk.url}/users`).catch(() => "connection lost");
    while (clerk.faults.calls().length === 0) await new Promise(setImmediate);
    await clerk.close();
    expect(await hanging).toBe("connection lost");
  });
});

describe("a fault applies to", () => {
  const statuses = async (rule: Omit<FaultRule, "kind">, calls: [string, string][]) => {
    const clerk = await aClerk();
    clerk.faults.add({ ...rule, kind: { status: 599 } });
    const answers: boolean[] = [];
    for (const [method, path] of calls) {
      answers.push((await call(method, clerk.url + path)).status === 599);
    }
    return answers;
  };
  const thrice: [string, string][] = [
    ["GET", "/users"],
    ["GET", "/users"],
    ["GET", "/users"],
  ];

  test.each<[string, Omit<FaultRule, "kind">, boolean[]]>([
    ["all", {}, [true, true, true]],
    ["the second", { nth: 2 }, [false, true, false]],
    ["the second and those after it", { nth: 2, times: 9 }, [false, true, true]],
    ["the first two", { times: 2 }, [true, true, false]],
    ["none of another method", { method: "POST" }, [false, false, false]],
    ["those of its method, in any case", { method: "get" }, [true, true, true]],
    ["those below its path", { path: "/use" }, [true, true, true]],
    ["those its pattern matches", { path: /sers$/ }, [true, true, true]],
    ["none of another path", { path: "/v1" }, [false, false, false]],
  ])("%s", async (_, rule, expected) => {
    expect(await statuses(rule, thrice)).toEqual(expected);
  });

  test("calls until it is removed", async () => {
    const clerk = await aClerk();
    const remove = clerk.faults.add({ kind: { status: 599 } });
    expect((await call("GET", `${clerk.url}/users`)).status).toBe(599);
    remove();
    expect((await call("GET", `${clerk.url}/users`)).status).toBe(200);
  });
});

describe("the control endpoints", () => {
  test("add and clear faults, and list calls without their headers and bodies", async () => {
    const clerk = await aClerk();
    const rule = { pattern: "^/users$", nth: 1, kind: { status: 503 } };
    expect((await call("POST", `${clerk.url}/_faults`, rule)).status).toBe(200);
    expect((await call("GET", `${clerk.url}/users`)).status).toBe(503);
    await call("GET", `${clerk.url}/v1/users/user_x`, undefined, {
      authorization: "Bearer s3cret",
    });
    const calls = await call("GET", `${clerk.url}/_calls`);
    expect(calls.json).toMatchObject([
      { method: "GET", path: "/users" },
      { method: "GET", path: "/v1/users/user_x" },
    ]);
    expect(JSON.stringify(calls.json)).not.toContain("s3cret");
    expect((await call("DELETE", `${clerk.url}/_faults`)).status).toBe(200);
    expect((await call("GET", `${clerk.url}/_calls`)).json).toEqual([]);
  });

  test.each([
    ["no kind", { path: "/" }],
    ["an unknown kind", { kind: "explode" }],
    ["an impossible status", { kind: { status: 9 } }],
    ["a pattern that isn't one", { pattern: "(", kind: "drop" }],
    ["malformed JSON", "{"],
  ])("refuse %s", async (_, body) => {
    const clerk = await aClerk();
    expect((await call("POST", `${clerk.url}/_faults`, body)).status).toBe(400);
  });
});
