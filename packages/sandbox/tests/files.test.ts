import type { DaytonaEmulator } from "@quaver/emulators";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SandboxClient } from "../src/index.ts";
import { aClient, anInput, failureOf, run, sharedDaytona } from "./support.ts";

let daytona: DaytonaEmulator;
let end: () => Promise<void>;
let client: SandboxClient;
let id: string;
beforeAll(async () => {
  ({ daytona, end } = await sharedDaytona());
  client = aClient(daytona, { timeoutMs: 30_000 });
  ({ id } = await client.create(anInput()));
});
afterAll(() => end());

/** Runs a command in the app's folder. */
const inApp = (command: string) => run(daytona, id, `mkdir -p app && cd app && ${command}`);
const list = (path = "") => client.listFiles(id, { path });
const read = (path: string) => client.readFile(id, { path });

test("an app that is not there yet is an empty folder", async () => {
  const empty = { kind: "folder", entries: [], more: false };
  expect(
    await client.listFiles((await client.create(anInput({ name: "new" }))).id, { path: "" }),
  ).toEqual(empty);
});

describe("a folder", () => {
  test("is listed with folders first, each by its name", async () => {
    await inApp(
      "mkdir -p list/src list/b && printf 12345 >list/a.txt && ln -s a.txt list/link && mkfifo list/pipe",
    );
    expect(await list("list")).toEqual({
      kind: "folder",
      entries: [
        { name: "b", kind: "folder", size: 0 },
        { name: "src", kind: "folder", size: 0 },
        { name: "a.txt", kind: "file", size: 5 },
        { name: "link", kind: "link", size: 5 },
        { name: "pipe", kind: "other", size: 0 },
      ],
      more: false,
    });
  });

  test("of very many files is cut off, and says so", async () => {
    await inApp(
      `mkdir many && node -e 'for (let n = 0; n < 3000; n += 1) require("fs").writeFileSync("many/" + n, "")'`,
    );
    const listing = await list("many");
    expect(listing).toMatchObject({ kind: "folder", more: true });
    expect(listing.kind === "folder" && listing.entries.length).toBe(1000);
  });

  test("shows names with newlines and quotes as they are, and none that is no UTF-8", async () => {
    await inApp(`mkdir odd && node -e '
      const fs = require("fs");
      fs.writeFileSync("odd/two\\nlines \\"quoted\\" -n", "x");
      fs.writeFileSync(Buffer.from("odd/\\xff", "latin1"), "x");'`);
    const [entry, ...others] = ((await list("odd")) as { entries: { name: string }[] }).entries;
    expect(entry?.name).toBe('two\nlines "quoted" -n');
    expect(others).toEqual([]);
    expect(await read('odd/two\nlines "quoted" -n')).toEqual({ kind: "text", text: "x", size: 1 });
  });

  test.for([
    ["list/a.txt", "notFolder"],
    ["list/nothing", "notFound"],
  ])("is %s: %s", async ([path, kind]) => {
    expect(await list(path)).toEqual({ kind });
  });
});

describe("a file", () => {
  test.for([
    ["printf 'Grüße\\n'", { kind: "text", text: "Grüße\n", size: 8 }],
    ["printf ''", { kind: "text", text: "", size: 0 }],
    ["head -c 1048576 /dev/zero | tr '\\0' a", { kind: "text", size: 1048576 }],
    ["head -c 1048577 /dev/zero | tr '\\0' a", { kind: "tooLarge", size: 1048577 }],
    ["printf 'a\\0b'", { kind: "binary", size: 3 }],
    ["printf '\\377\\376'", { kind: "binary", size: 2 }],
  ] as const)("made by %s is read", async ([command, content]) => {
    await inApp(`${command} >one-file`);
    expect(await read("one-file")).toMatchObject(content);
  });

  test("of two gigabytes is not read", async () => {
    await inApp("truncate -s 2G huge");
    expect(await read("huge")).toEqual({ kind: "tooLarge", size: 2 * 1024 ** 3 });
  });

  test("is none: a folder, a pipe, nothing", async () => {
    await inApp("mkdir -p folder && mkfifo a-pipe");
    expect(await read("folder")).toEqual({ kind: "folder" });
    expect(await read("a-pipe")).toEqual({ kind: "other" });
    expect(await read("nothing")).toEqual({ kind: "notFound" });
    expect(await read("one-file/below")).toEqual({ kind: "notFound" });
  });

  test("that may not be read is not found", async () => {
    await inApp("printf x >secret && chmod 0 secret");
    const isRoot = (await run(daytona, id, "id -u")).trim() === "0";
    expect((await read("secret")).kind).toBe(isRoot ? "text" : "notFound");
  });
});

describe("a path", () => {
  test.for([
    "../etc",
    "/etc/passwd",
    "a/../../b",
    "a//b",
    "./a",
    "a/",
    "a\0b",
    "a\\b",
    "\ud800",
    "ä".repeat(513),
  ])("is refused before Daytona is asked: %j", async (path) => {
    const before = daytona.faults.calls().length;
    expect(await failureOf(list(path))).toMatchObject({ code: "INVALID" });
    expect(await failureOf(read(path))).toMatchObject({ code: "INVALID" });
    expect(daytona.faults.calls().length).toBe(before);
  });

  test("is not decoded: a percent sign is one", async () => {
    await inApp("printf x >%2e%2e");
    expect(await read("%2e%2e")).toMatchObject({ kind: "text", text: "x" });
  });

  test("does not lead out of the app's folder by a link", async () => {
    await inApp(
      "printf secret >../outside && ln -s ../outside out && ln -s /etc etc && ln -s one-file inside",
    );
    expect(await read("out")).toEqual({ kind: "notFound" });
    expect(await read("etc/passwd")).toEqual({ kind: "notFound" });
    expect(await list("etc")).toEqual({ kind: "notFound" });
    expect((await read("inside")).kind).not.toBe("notFound");
  });

  test("does not lead out when the app's folder is itself a link", async () => {
    const { id: other } = await client.create(anInput({ name: "linked" }));
    await run(
      daytona,
      other,
      "mkdir real && printf x >real/a && printf x >real-secret && ln -s real app",
    );
    expect(await client.readFile(other, { path: "a" })).toMatchObject({ kind: "text" });
    await run(daytona, other, "ln -s ../real-secret real/b");
    expect(await client.readFile(other, { path: "b" })).toEqual({ kind: "notFound" });
  });
});

test("without Node in the sandbox, the error says so", async () => {
  const { id: bare } = await client.create(anInput({ name: "bare" }));
  daytona.faults.add({
    path: /\/process\/execute$/,
    kind: { status: 200, body: { exitCode: 127, result: "sh: 1: exec: node: not found" } },
  });
  expect(await failureOf(client.listFiles(bare, { path: "" }))).toMatchObject({
    code: "TOOL_MISSING",
    retryable: false,
  });
  daytona.faults.clear();
});
