import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DaytonaEmulator } from "@quaver/emulators";
import { describe, expect, onTestFinished, test } from "vitest";
import { openBuildLog } from "../src/snapshots/build-log.ts";
import type { EnsureSnapshotOptions, SnapshotResources } from "../src/snapshots/index.ts";
import { ensureSnapshot, readSnapshotContent } from "../src/snapshots/index.ts";
import { aClient, aDaytona, anInput, callsTo, failureOf } from "./support.ts";

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

const SIZE: SnapshotResources = { cpu: 2, memory: 4, disk: 10 };

/** Makes the snapshot `ours`, and says what was done and what its build wrote. */
async function ensure(
  { url: apiUrl, apiKey }: Pick<DaytonaEmulator, "url" | "apiKey">,
  { name = "ours", dockerfile = aDockerfile() } = {},
  options: Partial<EnsureSnapshotOptions> = {},
) {
  const lines: string[] = [];
  const onLine = (line: string) => void lines.push(line);
  const outcome = await ensureSnapshot(
    // Polled at once, unless the time is simulated: the emulator is fast.
    { apiUrl, apiKey, onLine, sleep: soon, random: () => 0, timeoutMs: 20_000, ...options },
    name,
    readSnapshotContent(dockerfile, SIZE),
  );
  return { ...outcome, lines };
}

const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

/** What Daytona has by the name `ours`. */
async function stored({ url, apiKey }: DaytonaEmulator, method = "GET", which = "ours") {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${url}/snapshots/${which}`, { headers, method });
  return response.ok && method === "GET"
    ? ((await response.json()) as { id: string; [key: string]: unknown })
    : null;
}

const aBuilder = (options = {}) => aDaytona({ buildDelayMs: 5, ...options });

describe("a snapshot", () => {
  test("is built, with each line of its build, and sandboxes are made of it", async () => {
    const daytona = await aBuilder();
    expect(await ensure(daytona)).toEqual({ kind: "active", by: "creating", lines: BUILT });
    expect(await stored(daytona)).toMatchObject({ state: "active", cpu: 2, mem: 4, disk: 10 });
    const sandbox = await aClient(daytona).create(anInput({ snapshot: "ours" }));
    expect(sandbox.state).toBe("started");
  });

  test("is left as it is when it is there", async () => {
    const daytona = await aBuilder();
    await ensure(daytona);
    expect(await ensure(daytona)).toEqual({ kind: "active", by: "nothing", lines: [] });
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
    expect(await ensure(daytona)).toMatchObject({ by: "adopting" });
  });

  test("that Daytona has deactivated is activated", async () => {
    const daytona = await aBuilder();
    await ensure(daytona);
    const { id } = (await stored(daytona))!;
    const headers = { authorization: `Bearer ${daytona.apiKey}` };
    await fetch(`${daytona.url}/snapshots/${id}/deactivate`, { method: "POST", headers });
    expect(await ensure(daytona)).toMatchObject({ by: "activating" });
  });
});

describe("a build that fails", () => {
  const fault = { method: "POST", path: /^\/snapshots$/, kind: { error: "npm ERR! 404" } };

  test("says why, after the lines that it wrote", async () => {
    const daytona = await aBuilder();
    daytona.faults.add(fault);
    const failed = await ensure(daytona);
    const lines = [...BUILT, "ERROR: npm ERR! 404"];
    expect(failed).toEqual({ kind: "failed", reason: "npm ERR! 404", lastLines: lines, lines });
    expect(callsTo(daytona, "POST", /^\/snapshots$/)).toBe(1);
  });

  test("is deleted and made again the next time", async () => {
    const daytona = await aBuilder();
    daytona.faults.add({ ...fault, nth: 1 });
    expect((await ensure(daytona)).kind).toBe("failed");
    expect(await ensure(daytona)).toMatchObject({ kind: "active", by: "creating" });
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
    const daytona = await aBuilder({ buildDelayMs: 3_600_000 });
    let now = 0;
    const sleep = async (ms: number) => void (now += ms);
    const simulated = { now: () => now, sleep, timeoutMs: 60_000 };
    const failure = await failureOf(ensure(daytona, {}, simulated));
    expect(failure).toMatchObject({ code: "TIMEOUT", message: "ours is still pending" });
  });

  test("a Daytona that can't be reached", async () => {
    const daytona = await aBuilder();
    await daytona.close();
    expect((await failureOf(ensure(daytona))).code).toBe("UNAVAILABLE");
  });

  test("a snapshot that somebody removes while it is built", async () => {
    const daytona = await aBuilder({ buildDelayMs: 3_600_000 });
    const removeIt = async () => {
      const found = await stored(daytona);
      if (found) await stored(daytona, "DELETE", found.id);
    };
    const failure = await failureOf(ensure(daytona, {}, { sleep: removeIt }));
    expect(failure).toMatchObject({ code: "CONFLICT", message: "ours was removed meanwhile" });
  });

  test("a name that is a path is INVALID", async () => {
    expect((await failureOf(ensure(await aBuilder(), { name: "../x" }))).code).toBe("INVALID");
  });
});

describe("the content of a Dockerfile", () => {
  const hashOf = (dockerfile: string, size = SIZE) => readSnapshotContent(dockerfile, size).hash;

  test("has the files that it copies, and one hash for the same content", () => {
    const content = readSnapshotContent(aDockerfile(), SIZE);
    expect(content.files).toEqual(["dist/serve.js"]);
    expect(content.hash).toMatch(/^[0-9a-f]{12}$/);
    expect(hashOf(aDockerfile())).toBe(content.hash);
  });

  test("has another hash when a line, a file, a file's name or the size changes", () => {
    const renamed = aDockerfile();
    renameSync(join(dirname(renamed), "dist", "serve.js"), join(dirname(renamed), "dist", "s.js"));
    const hashes = [
      hashOf(aDockerfile()),
      hashOf(aDockerfile("RUN true")),
      hashOf(aDockerfile("", 11)),
      hashOf(renamed),
      hashOf(aDockerfile(), { ...SIZE, cpu: 4 }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test.each([
    ["a file to copy that isn't there", () => aDockerfile("COPY nothing /x")],
    ["a file to copy from outside", () => aDockerfile("COPY ../.. /x")],
    ["no Dockerfile", () => "/nowhere/Dockerfile"],
  ])("is INVALID with %s", async (_, make) => {
    const failure = await failureOf((async () => readSnapshotContent(make(), SIZE))());
    expect(failure.code).toBe("INVALID");
  });
});

describe("the log of a build", () => {
  /** A log that breaks off after each of these texts, and begins anew when it is opened again. */
  function aLog(...texts: string[]) {
    const lines: string[] = [];
    const open = async () => {
      const text = texts.shift() ?? "";
      return (async function* () {
        yield new TextEncoder().encode(text);
        if (texts.length > 0) throw new Error("terminated");
      })();
    };
    const log = openBuildLog({ openBuildLog: open }, (line) => void lines.push(line));
    return { log, lines };
  }

  test("that breaks off is read on, each line once", async () => {
    const { log, lines } = aLog("one\ntwo\nthr", "one\ntwo\nthree\nfour\n");
    log.follow("id");
    await expect.poll(() => lines).toEqual(["one", "two"]);
    await log.finish("id");
    await log.finish("id");
    expect(lines).toEqual(["one", "two", "three", "four"]);
  });

  test("is shown without what would control a terminal", async () => {
    const { log, lines } = aLog("\u001b[31mred\u001b[0m\r\n\u0007a\tb");
    await log.finish("id");
    expect(lines).toEqual(["red", "a b"]);
  });
});
