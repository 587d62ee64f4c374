import { createServer } from "node:http";
import type { DaytonaEmulator } from "@quaver/emulators";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox, SandboxClient } from "../src/index.ts";
import { createSandboxClient, isSandboxError, SandboxError } from "../src/index.ts";
import { FAILURES, LASTING_FAILURES, PASSING_FAILURES, timeFor } from "./failures.ts";
import { aClient, anInput, failureOf, setUp, sharedDaytona } from "./support.ts";

// Making an emulator and a sandbox takes longer than a test. Faults are cleared after each test.
let daytona: DaytonaEmulator;
let end: () => Promise<void>;
let sandbox: Sandbox;
beforeAll(async () => {
  ({ daytona, end } = await sharedDaytona());
  sandbox = await aClient(daytona).create(anInput());
});
afterEach(() => daytona.faults.clear());
afterAll(() => end());

const READS: [string, (client: SandboxClient, id: string) => Promise<unknown>][] = [
  ["get", (client, id) => client.get(id)],
  ["list", (client) => client.list({ labels: { app: "quaver" } })],
  ["previewUrl", (client, id) => client.previewUrl(id, { port: 80, expiresInSeconds: 60 })],
];

describe.each(READS)("%s", (operation, read) => {
  // The SDK takes long to notice lost connections: testing that once is enough.
  const failures = FAILURES.filter(([, kind]) => kind !== "drop" || operation === "get");
  test.each(failures)("under %s fails as it should", async (_what, kind, code, retryable) => {
    const client = aClient(daytona, { timeoutMs: timeFor(kind) });
    daytona.faults.add({ method: "GET", path: "/sandbox", kind });
    expect(await failureOf(read(client, sandbox.id))).toMatchObject({ code, retryable });
  });

  test.each(PASSING_FAILURES)("under one %s succeeds by trying again", async (_what, kind) => {
    const client = aClient(daytona, { timeoutMs: timeFor(kind) });
    daytona.faults.add({ method: "GET", path: "/sandbox", nth: 1, kind });
    await expect(read(client, sandbox.id)).resolves.toMatchObject({});
  });
});

describe.each(["start", "stop", "archive", "delete"] as const)("%s", (operation) => {
  const method = operation === "delete" ? "DELETE" : "POST";
  const wanted = { start: "started", stop: "stopped", archive: "archiv", delete: "destroying" };
  let made = 0;
  /** A client, and a sandbox in a state in which the operation is allowed. */
  const prepare = async () => {
    const client = aClient(daytona);
    const { id } = await client.create(anInput({ name: `${operation}-${(made += 1)}` }));
    if (operation === "start" || operation === "archive") await client.stop(id);
    daytona.faults.clear();
    return { client, id };
  };

  test.each(PASSING_FAILURES)("under one %s succeeds by trying again", async (_, kind) => {
    const { client, id } = await prepare();
    const quickClient = aClient(daytona, { timeoutMs: timeFor(kind) });
    daytona.faults.add({ method, nth: 1, kind });
    await quickClient[operation](id);
    expect((await client.get(id))?.state).toContain(wanted[operation]);
  });

  test("whose response is lost is requested once", async () => {
    const { client, id } = await prepare();
    daytona.faults.add({ method, nth: 1, kind: { after: { status: 502 } } });
    await client[operation](id);
    expect((await client.get(id))?.state).toContain(wanted[operation]);
    expect(daytona.faults.calls().filter((call) => call.method === method)).toHaveLength(1);
  });

  test.each(LASTING_FAILURES)("under %s fails as it should", async (_, kind, code) => {
    const { client, id } = await prepare();
    daytona.faults.add({ method, kind });
    expect((await failureOf(client[operation](id))).code).toBe(code);
  });
});

describe("when Daytona sends a time to wait", () => {
  test.each([
    ["seconds", { "retry-after": "7" }, 7_000],
    ["seconds of its throttler", { "retry-after-sandbox-create": "9" }, 9_000],
    ["both", { "retry-after": "7", "retry-after-general": "9" }, 9_000],
    ["nonsense", { "retry-after": "soon" }, undefined],
  ])("in %s, the error has it in retryAfterMs", async (_, headers, retryAfterMs) => {
    const { daytona, client } = await setUp({}, { timeoutMs: 1_000 });
    daytona.faults.add({ kind: { status: 429, headers } });
    const failure = await failureOf(client.get("p"));
    expect(failure).toMatchObject({ code: "RATE_LIMITED", retryable: true });
    expect(failure.retryAfterMs).toBe(retryAfterMs);
  });

  test("as a date, the error has the time until then in retryAfterMs", async () => {
    const { daytona, client } = await setUp({}, { timeoutMs: 1_000 });
    const date = new Date(Date.now() + 60_000).toUTCString();
    daytona.faults.add({ kind: { status: 429, headers: { "retry-after": date } } });
    const { retryAfterMs } = await failureOf(client.get("p"));
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test("and the deadline allows it, the client waits", async () => {
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    const { daytona, client } = await setUp({}, { sleep });
    daytona.faults.add({ nth: 1, kind: { status: 429, headers: { "retry-after": "3" } } });
    expect(await client.get("p")).toBeNull();
    expect(waits).toEqual([3_000]);
  });
});

describe("the API key", () => {
  const KEY = "dtn_a-secret-key";
  const shown = (value: unknown) =>
    [
      JSON.stringify(value),
      String(value),
      value instanceof Error ? `${value.message}${value.stack ?? ""}` : "",
      JSON.stringify(Object.getOwnPropertyDescriptors(value)),
    ].join("\n");

  test("is in no result", async () => {
    const { client } = await setUp({ apiKey: KEY });
    const made = await client.create(anInput());
    const results = [
      client,
      made,
      await client.get(made.id),
      await client.list({ labels: {} }),
      await client.previewUrl(made.id, { port: 80, expiresInSeconds: 60 }),
    ];
    for (const result of results) expect(shown(result)).not.toContain(KEY);
  });

  test.each(FAILURES)("is in no error: %s", async (_, kind) => {
    const client = aClient(daytona, { timeoutMs: kind === "drop" ? 900 : timeFor(kind) });
    daytona.faults.add({ kind });
    const failure = await failureOf(client.get(sandbox.id));
    expect(shown(failure)).not.toContain(daytona.apiKey);
    expect(failure.cause).toBeUndefined();
  });

  test("is removed from Daytona's own messages", async () => {
    const { daytona, client } = await setUp({ apiKey: KEY });
    const body = { message: `the key ${KEY} is not good, ${KEY}!` };
    daytona.faults.add({ kind: { status: 401, body } });
    const failure = await failureOf(client.get("p"));
    expect(failure.message).toBe("the key [key] is not good, [key]!");
  });
});

describe("a client", () => {
  test.each([
    ["no key", { apiKey: "" }],
    ["no URL", { apiUrl: "" }],
    ["a URL that isn't one", { apiUrl: "daytona" }],
  ])("with %s can't be made", (_, options) => {
    const make = () => createSandboxClient({ apiKey: "k", apiUrl: "http://127.0.0.1", ...options });
    expect(make).toThrow(expect.objectContaining({ code: "INVALID" }));
  });

  test("takes its key only from its options", async () => {
    const { daytona } = await setUp();
    process.env.DAYTONA_API_KEY = daytona.apiKey;
    try {
      const client = aClient({ url: daytona.url, apiKey: "wrong" });
      expect((await failureOf(client.get("p"))).code).toBe("UNAUTHORIZED");
    } finally {
      delete process.env.DAYTONA_API_KEY;
    }
  });

  test("fails in time when nothing listens at the URL", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const client = aClient({ url: `http://127.0.0.1:${port}`, apiKey: "k" }, { timeoutMs: 2_000 });
    const failure = await failureOf(client.create(anInput()));
    expect(["UNAVAILABLE", "TIMEOUT"]).toContain(failure.code);
  });

  test("recognizes its own errors", () => {
    expect(isSandboxError(new SandboxError("INVALID", "no"))).toBe(true);
    for (const other of [new Error("no"), { code: "INVALID" }, null, "INVALID"]) {
      expect(isSandboxError(other)).toBe(false);
    }
  });
});
