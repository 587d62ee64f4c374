import { describe, expect, test } from "vitest";
import type { FaultRule } from "./support.ts";
import { aClient, anInput, callsTo, eventually, failureOf, setUp } from "./support.ts";

const CREATE = { method: "POST", path: /^\/sandbox$/ };

describe("creating", () => {
  test("adopts the sandbox that an earlier attempt made, and starts it if necessary", async () => {
    const { daytona, client } = await setUp();
    const first = await client.create(anInput());
    expect((await aClient(daytona).create(anInput())).id).toBe(first.id);
    await client.stop(first.id);
    expect(await client.create(anInput())).toMatchObject({ id: first.id, state: "started" });
    await client.stop(first.id);
    await client.archive(first.id);
    expect(await client.create(anInput())).toMatchObject({ id: first.id, state: "started" });
  });

  test("many at once under one name makes one sandbox", async () => {
    const { client } = await setUp();
    const made = await Promise.all(Array.from({ length: 8 }, () => client.create(anInput())));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await client.list({ labels: {} })).items).toHaveLength(1);
  });

  test("never takes over a sandbox with other labels", async () => {
    const { client } = await setUp();
    const theirs = await client.create(anInput({ labels: { app: "another" } }));
    const failure = await failureOf(client.create(anInput()));
    expect(failure).toMatchObject({ code: "CONFLICT", retryable: false, sandboxId: theirs.id });
  });

  test("uses a name again once its sandbox is being deleted", async () => {
    const { client } = await setUp({ delaysMs: { destroy: 200 } });
    const first = await client.create(anInput());
    await client.delete(first.id);
    const second = await client.create(anInput());
    expect(second.id).not.toBe(first.id);
  });

  test("leaves the caller's labels as they were", async () => {
    const { client } = await setUp();
    const labels = Object.freeze({ app: "quaver" });
    await client.create(anInput({ labels }));
    expect(labels).toEqual({ app: "quaver" });
  });

  test("is private, with its snapshot and intervals", async () => {
    const { daytona, client } = await setUp();
    const { id } = await client.create(anInput({ snapshot: "quaver-agent" }));
    const headers = { authorization: `Bearer ${daytona.apiKey}` };
    const stored: unknown = await (await fetch(`${daytona.url}/sandbox/${id}`, { headers })).json();
    expect(stored).toMatchObject({
      public: false,
      snapshot: "quaver-agent",
      autoStopInterval: 15,
      autoArchiveInterval: 60,
      autoDeleteInterval: -1,
    });
  });
});

describe("a create that fails", () => {
  const hang = { delayMs: 60_000, when: "after" } as const;
  const cases: [string, FaultRule[]][] = [
    ["its answer is lost", [{ ...CREATE, nth: 1, kind: "after" }]],
    ["its connection is lost", [{ ...CREATE, nth: 1, kind: "drop" }]],
    ["it answers 500 having done it", [{ ...CREATE, nth: 1, kind: { after: { status: 500 } } }]],
    ["it answers 500 having done nothing", [{ ...CREATE, nth: 1, kind: { status: 500 } }]],
    ["it answers 504 having done it", [{ ...CREATE, nth: 1, kind: { after: { status: 504 } } }]],
    ["it answers what isn't JSON", [{ ...CREATE, nth: 1, kind: "malformed" }]],
    ["it answers an empty object", [{ ...CREATE, nth: 1, kind: { after: { status: 200 } } }]],
    ["its answer does not come", [{ ...CREATE, nth: 1, kind: hang }]],
    ["it is rate-limited", [{ ...CREATE, times: 2, kind: { status: 429 } }]],
    ["waiting for it fails once", [{ method: "GET", nth: 1, kind: { status: 502 } }]],
    ["the connection breaks while waiting for it", [{ method: "GET", times: 3, kind: "drop" }]],
    [
      "everything fails twice",
      [
        { ...CREATE, nth: 1, kind: { after: { status: 503 } } },
        { method: "GET", times: 2, kind: { status: 503 } },
      ],
    ],
  ];

  test.each(cases)("ends in one started sandbox when %s", async (_, faults) => {
    const { daytona, client } = await setUp({}, { timeoutMs: 6_000 });
    for (const fault of faults) daytona.faults.add(fault);
    const made = await client.create(anInput());
    expect(made.state).toBe("started");
    daytona.faults.clear();
    const { items } = await client.list({ labels: {} });
    expect(items.map(({ id }) => id)).toEqual([made.id]);
  });

  test.each([
    ["INVALID", 400],
    ["UNAUTHORIZED", 401],
    ["FORBIDDEN", 403],
  ])("is not retried when refused: %s", async (code, status) => {
    const { daytona, client } = await setUp();
    daytona.faults.add({ ...CREATE, kind: { status } });
    expect((await failureOf(client.create(anInput()))).code).toBe(code);
    expect(callsTo(daytona, "POST", /^\/sandbox$/)).toBe(1);
  });

  test("recovers a sandbox in an error, if Daytona can", async () => {
    const { daytona, client } = await setUp();
    const kind = { error: "no runner", recoverable: true };
    daytona.faults.add({ ...CREATE, nth: 1, kind });
    expect((await client.create(anInput())).state).toBe("started");
    expect((await client.list({ labels: {} })).items).toHaveLength(1);
  });

  test("has the id of a sandbox that can't be recovered in its error, so that it can be deleted", async () => {
    const { daytona, client } = await setUp();
    daytona.faults.add({ ...CREATE, nth: 1, kind: { error: "no such image" } });
    const failure = await failureOf(client.create(anInput()));
    expect(failure).toMatchObject({ code: "SANDBOX_FAILED", retryable: false });
    expect(failure.message).toContain("no such image");
    await client.delete(failure.sandboxId!);
    await eventually(async () => expect((await client.list({ labels: {} })).items).toEqual([]));
    expect((await client.create(anInput())).state).toBe("started");
  });

  test("times out when Daytona never starts the sandbox", async () => {
    const { client } = await setUp({ delaysMs: { create: 60_000 } }, { timeoutMs: 400 });
    const started = Date.now();
    const failure = await failureOf(client.create(anInput()));
    expect(failure).toMatchObject({ code: "TIMEOUT", retryable: true });
    expect(Date.now() - started).toBeLessThan(2_000);
    expect((await client.get("quaver-p1"))?.state).toBe("creating");
  });

  test("ends after a bounded number of attempts when Daytona stays down", async () => {
    const { daytona, client } = await setUp();
    daytona.faults.add({ kind: { status: 503 } });
    expect((await failureOf(client.create(anInput()))).code).toBe("UNAVAILABLE");
    expect(daytona.faults.calls().length).toBeLessThanOrEqual(10);
  });
});
