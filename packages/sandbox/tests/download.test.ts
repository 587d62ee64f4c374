import { execFileSync } from "node:child_process";
import type { DaytonaEmulator } from "@quaver/emulators";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { SandboxClient } from "../src/index.ts";
import { aClient, anInput, callsTo, eventually, failureOf, run, sharedDaytona } from "./support.ts";

let daytona: DaytonaEmulator;
let end: () => Promise<void>;
let client: SandboxClient;
let id: string;
let made = 0;
beforeAll(async () => {
  ({ daytona, end } = await sharedDaytona());
  client = aClient(daytona, { timeoutMs: 60_000 });
});
beforeEach(async () => {
  ({ id } = await client.create(anInput({ name: `app-${(made += 1)}` })));
});
afterAll(() => end());

const inApp = (command: string) => run(daytona, id, `mkdir -p app && cd app && ${command}`);

async function download(expiresInSeconds = 600) {
  const made = await client.createDownload(id, { expiresInSeconds });
  if (made.kind !== "download") throw new Error(made.kind);
  return made;
}

/** The names of the files in an archive. */
function namesIn(archive: ArrayBuffer): string[] {
  const listing = execFileSync("tar", ["-tz"], { input: Buffer.from(archive), encoding: "utf8" });
  return listing
    .split("\n")
    .filter((name) => name !== "" && !name.endsWith("/"))
    .sort();
}

/** The downloads that are served in the sandbox. */
const servers = async () =>
  Number(await run(daytona, id, "ls .quaver/downloads | grep -c 'tar.gz$'"));

test("the app comes as an archive, without node_modules and .git", async () => {
  await inApp(
    "git init -q . && mkdir -p src node_modules/x && printf a | tee index.html src/main.js node_modules/x/y",
  );
  const before = Date.now();
  const { url, size, expiresAt } = await download();
  const response = await fetch(url);
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="app.tar.gz"');
  const archive = await response.arrayBuffer();
  expect(archive.byteLength).toBe(size);
  expect(namesIn(archive)).toEqual(["./index.html", "./src/main.js"]);
  expect(expiresAt).toBeGreaterThanOrEqual(before + 600_000);
});

test("one that was broken off can be continued, or begun again", async () => {
  await inApp("head -c 300000 /dev/urandom >big");
  const { url, size } = await download();
  const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
  const rest = await fetch(url, { headers: { range: "bytes=1000-" } });
  expect(rest.status).toBe(206);
  expect(rest.headers.get("content-range")).toBe(`bytes 1000-${size - 1}/${size}`);
  expect(Buffer.from(await rest.arrayBuffer()).equals(whole.subarray(1000))).toBe(true);
  expect((await fetch(url, { headers: { range: `bytes=${size}-` } })).status).toBe(416);
});

test("nothing else is served: another token, another path, nothing once it has expired", async () => {
  await inApp("printf a >a");
  const { url } = await download();
  const token = /\w+(?=\/app\.tar\.gz$)/;
  const wrong = [url.replace(token, "0".repeat(32)), `${url}/`];
  wrong.push(url.replace("app.tar.gz", "..%2f..%2fversions.git%2fHEAD"));
  for (const address of wrong) expect((await fetch(address)).status).toBe(404);
  const { url: brief } = await download(4);
  await eventually(async () => expect((await fetch(brief)).ok).toBe(false));
  await eventually(async () => expect(await servers()).toBe(1));
});

test("of more than three at once, the oldest ends", async () => {
  await inApp("printf a >a");
  const all = [await download(), await download(), await download(), await download()];
  await eventually(async () => expect((await fetch(all[0]!.url)).ok).toBe(false));
  for (const { url } of all.slice(1)) expect((await fetch(url)).status).toBe(200);
  expect(await servers()).toBe(3);
});

test("an app without files is empty, and a large one is too large", async () => {
  const input = { expiresInSeconds: 60, maxBytes: 100_000 };
  expect(await client.createDownload(id, input)).toEqual({ kind: "empty" });
  await inApp("head -c 200000 /dev/urandom >random");
  expect(await client.createDownload(id, input)).toEqual({ kind: "tooLarge" });
  await eventually(async () => expect(await servers()).toBe(0));
});

test("a pipe and a link that leads out do not hold it up", async () => {
  await inApp("printf a >a && mkfifo pipe && ln -s /etc/passwd out");
  const { url } = await download();
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(namesIn(await response.arrayBuffer())).toEqual(["./a", "./out", "./pipe"]);
});

test("a small app is packed and served within one call", async () => {
  await inApp("printf a >a");
  const before = callsTo(daytona, "POST", /\/process\/execute$/);
  await download();
  expect(callsTo(daytona, "POST", /\/process\/execute$/) - before).toBe(1);
});

test("a sparse file of a terabyte is too large, and packing it ends", async () => {
  await inApp("truncate -s 1T huge");
  const input = { expiresInSeconds: 600, maxBytes: 1_000_000 };
  expect(await client.createDownload(id, input)).toEqual({ kind: "tooLarge" });
  await eventually(async () => expect(await servers()).toBe(0));
});

test("packing that takes longer than the link is valid ends with it", async () => {
  await inApp("truncate -s 1T huge");
  const input = { expiresInSeconds: 1, maxBytes: 1_000_000_000_000 };
  expect(await failureOf(client.createDownload(id, input))).toBeInstanceOf(Error);
  await eventually(async () => expect(await servers()).toBe(0));
});
