import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DaytonaEmulator } from "@quaver/emulators";
import { describe, expect, onTestFinished, test } from "vitest";
import { ensureSnapshot } from "../src/snapshots.ts";
import type { SnapshotInput, SnapshotOptions } from "../src/snapshots.ts";
import { aClient, aDaytona, anInput, callsTo, eventually, failureOf } from "./support.ts";

const BUILT = [
  "#1 [1/3] FROM node:24",
  "#2 [2/3] COPY dist /opt/agent",
  '#3 [3/3] ENTRYPOINT ["node", "serve.js"]',
  "#4 exporting to image",
];

/** A Dockerfile with a folder beside it that it copies, which is `bytes` large. */
function aDockerfile(text = "", bytes = 10): string {
  const folder = mkdtempSync(join(tmpdir(), "snapshot-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "serve.js"), Buffer.alloc(bytes, "x"));
  const lines = ["FROM node:24", "COPY dist /opt/agent", text, 'ENTRYPOINT ["node", "serve.js"]'];
  writeFileSync(join(folder, "Dockerfile"), lines.filter(Boolean).join("\n") + "\n");
  return join(folder, "Dockerfile");
}

/** Makes the snapshot `ours`, and says what was done and what its build wrote. */
async function ensure(
  { url: apiUrl, apiKey }: Pick<DaytonaEmulator, "url" | "apiKey">,
  changes: Partial<SnapshotInput> = {},
  options: Partial<SnapshotOptions> = {},
) {
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  const input = { name: "ours", cpu: 2, memory: 4, disk: 10, ...changes };
  const dockerfile = changes.dockerfile ?? aDockerfile();
  const outcome = await ensureSnapshot(
    { apiUrl, apiKey, onLine, pollMs: 10, timeoutMs: 20_000, ...options },
    { ...input, dockerfile },
  );
  return { outcome, lines };
}

/** What Daytona has by the name `ours`. */
async function stored({ url, apiKey }: DaytonaEmulator, path = "", method = "GET") {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${url}/snapshots/ours${path}`, { headers, method });
  return response.ok ? ((await response.json()) as { id: string; [key: string]: unknown }) : null;
}

/** An upload goes on when nobody waits for it any more, and its files must be there until it has ended. */
async function uploadsEnd(daytona: DaytonaEmulator, count: number): Promise<void> {
  await eventually(() => expect(callsTo(daytona, "POST", /^\/snapshots$/)).toBe(count));
}

const aBuilder = (options = {}) => aDaytona({ buildDelayMs: 5, ...options });

describe("a snapshot", () => {
  test("is built, with each line of its build, and sandboxes are made of it", async () => {
    const daytona = await aBuilder();
    expect(await ensure(daytona)).toEqual({ outcome: "created", lines: BUILT });
    expect(await stored(daytona)).toMatchObject({ state: "active", cpu: 2, mem: 4, disk: 10 });
    const sandbox = await aClient(daytona).create(anInput({ snapshot: "ours" }));
    expect(sandbox.state).toBe("started");
  });

  test("is left as it is when it is there", async () => {
    const daytona = await aBuilder();
    await ensure(daytona);
    expect(await ensure(daytona)).toEqual({ outcome: "unchanged", lines: [] });
    expect(callsTo(daytona, "POST", /^\/snapshots$/)).toBe(1);
  });

  test("is uploaded in parts when it is large, and only once", async () => {
    const daytona = await aBuilder();
    const dockerfile = aDockerfile("", 6 * 1024 * 1024);
    await ensure(daytona, { dockerfile });
    const puts = () => callsTo(daytona, "PUT", /^\/s3\//);
    expect(puts()).toBe(2);
    await ensure(daytona, { name: "second", dockerfile });
    expect(puts()).toBe(2);
  });

  test("that someone else builds is waited for, with its lines", async () => {
    const daytona = await aBuilder();
    const both = await Promise.all([ensure(daytona), ensure(daytona)]);
    expect(both.map(({ lines }) => lines)).toEqual([BUILT, BUILT]);
    await uploadsEnd(daytona, 2);
    expect(await stored(daytona)).toMatchObject({ state: "active" });
  });

  test("that is being built when this begins is adopted", async () => {
    const daytona = await aBuilder({ buildDelayMs: "until seen" });
    const body = JSON.stringify({ name: "ours", buildInfo: { dockerfileContent: "FROM a" } });
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${daytona.apiKey}`,
    };
    await fetch(`${daytona.url}/snapshots`, { method: "POST", body, headers });
    expect((await ensure(daytona)).outcome).toBe("adopted");
  });

  test("that Daytona has deactivated is activated", async () => {
    const daytona = await aBuilder();
    await ensure(daytona);
    const { id } = (await stored(daytona))!;
    const headers = { authorization: `Bearer ${daytona.apiKey}` };
    await fetch(`${daytona.url}/snapshots/${id}/deactivate`, { method: "POST", headers });
    expect((await ensure(daytona)).outcome).toBe("activated");
  });
});

describe("a build that fails", () => {
  const fault = { method: "POST", path: /^\/snapshots$/, kind: { error: "npm ERR! 404" } };

  test("says why, after the lines that it wrote", async () => {
    const daytona = await aBuilder();
    daytona.faults.add(fault);
    const lines: string[] = [];
    const onLine = (line: string) => void lines.push(line);
    const failure = await failureOf(ensure(daytona, {}, { onLine }));
    expect(failure).toMatchObject({ code: "SNAPSHOT_UNAVAILABLE", retryable: false });
    expect(failure.message).toBe("ours could not be built: npm ERR! 404");
    expect(lines.at(-1)).toBe("ERROR: npm ERR! 404");
    expect(callsTo(daytona, "POST", /^\/snapshots$/)).toBe(1);
  });

  test("is deleted and made again the next time", async () => {
    const daytona = await aBuilder();
    daytona.faults.add({ ...fault, nth: 1 });
    await failureOf(ensure(daytona));
    expect((await ensure(daytona)).outcome).toBe("created");
  });
});

describe("what goes wrong", () => {
  const requested = { method: "POST", path: /^\/snapshots$/, nth: 1 };
  const uploaded = { method: "PUT", path: /^\/s3\// };

  test.each([
    ["the answer is lost", { ...requested, kind: "after" as const }],
    ["the connection breaks before it", { ...requested, kind: "drop" as const }],
    ["Daytona fails once", { ...requested, kind: { status: 502 } }],
    ["a poll fails", { method: "GET", path: "/snapshots/ours", nth: 3, kind: { status: 502 } }],
    ["the upload fails once", { ...uploaded, nth: 1, kind: { status: 503 } }],
    ["the logs can't be read", { path: /build-logs$/, kind: { status: 500 } }],
  ])("ends in an active snapshot when %s", async (_, rule) => {
    const daytona = await aBuilder();
    daytona.faults.add(rule);
    await ensure(daytona);
    daytona.faults.clear();
    expect(await stored(daytona)).toMatchObject({ state: "active" });
  });

  test("a wrong key is refused", async () => {
    const { url } = await aBuilder();
    expect((await failureOf(ensure({ url, apiKey: "wrong" }))).code).toBe("UNAUTHORIZED");
  });

  test("a storage that refuses the upload says so", async () => {
    const daytona = await aBuilder();
    daytona.faults.add({ ...uploaded, kind: { status: 403, body: "<Error/>" } });
    expect((await failureOf(ensure(daytona))).code).toBe("FORBIDDEN");
  });

  test.each([
    ["a sandbox's size", { perSandbox: { memory: 2 } }, /^Memory request 4GB exceeds/],
    ["the number of snapshots", { snapshots: 0 }, /^Snapshot quota exceeded/],
  ])("the quota of %s is exceeded once, and not tried again", async (_, quota, message) => {
    const daytona = await aBuilder({ quota });
    const failure = await failureOf(ensure(daytona));
    expect(failure).toMatchObject({ code: "QUOTA_EXCEEDED", retryable: false });
    expect(failure.message).toMatch(message);
    expect(callsTo(daytona, "POST", /^\/snapshots$/)).toBe(1);
  });

  test("a build that never ends is a timeout", async () => {
    const daytona = await aBuilder({ buildDelayMs: 60_000 });
    const failure = await failureOf(ensure(daytona, {}, { timeoutMs: 500 }));
    expect(failure.code).toBe("TIMEOUT");
    await uploadsEnd(daytona, 1);
  });

  test("a Daytona that can't be reached", async () => {
    const daytona = await aBuilder();
    await daytona.close();
    const failure = await failureOf(ensure(daytona, {}, { timeoutMs: 300 }));
    expect(["UNAVAILABLE", "TIMEOUT"]).toContain(failure.code);
  });

  test.each([
    ["a file to copy that isn't there", { dockerfile: "COPY nothing /x" }],
    ["a file to copy from outside", { dockerfile: "COPY ../.. /x" }],
    ["a name that is a path", { name: "../x" }],
    ["no memory", { memory: 0 }],
  ])("%s is INVALID", async (_, { dockerfile, ...changes }: Partial<SnapshotInput>) => {
    const daytona = await aBuilder();
    const input = dockerfile === undefined ? changes : { dockerfile: aDockerfile(dockerfile) };
    expect((await failureOf(ensure(daytona, input))).code).toBe("INVALID");
  });

  test("no Dockerfile is INVALID", async () => {
    const failure = await failureOf(
      ensure(await aBuilder(), { dockerfile: "/nowhere/Dockerfile" }),
    );
    expect(failure.code).toBe("INVALID");
  });
});
