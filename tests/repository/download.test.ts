/** How `bun run dev --agent` downloads: the rest of what was cut off, and nothing that is not what the registry has. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { download } from "../../scripts/dev/agent/download.ts";
import { tempFolder } from "../support/temp.ts";

const CONTENT = randomBytes(300_000);
const integrity = `sha512-${createHash("sha512").update(CONTENT).digest("base64")}`;

/** A registry that has one file, and the ranges that were asked for. */
async function aRegistry(status = 200) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const from = Number(range?.match(/\d+/)?.[0] ?? 0);
    if (status !== 200) response.writeHead(status).end();
    else if (from >= CONTENT.length) response.writeHead(416).end();
    else response.writeHead(range ? 206 : 200).end(CONTENT.subarray(from));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/opencode.tgz`, ranges };
}

const aTarget = () => join(tempFolder(), "opencode.tgz");

test("a file is there once it is complete, and the progress was told", async () => {
  const { url } = await aRegistry();
  const file = aTarget();
  const seen: number[] = [];
  await download({ url, integrity }, file, (done) => seen.push(done));
  expect(readFileSync(file).equals(CONTENT)).toBe(true);
  expect(existsSync(`${file}.part`)).toBe(false);
  expect(seen.at(-1)).toBe(CONTENT.length);
});

test.each([100_000, CONTENT.length])(
  "one that was cut off after %i bytes goes on",
  async (have) => {
    const { url, ranges } = await aRegistry();
    const file = aTarget();
    writeFileSync(`${file}.part`, CONTENT.subarray(0, have));
    await download({ url, integrity }, file, () => undefined);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
    expect(ranges).toEqual([`bytes=${have}-`]);
  },
);

test("what is damaged is refused, and the next try begins anew", async () => {
  const { url } = await aRegistry();
  const file = aTarget();
  writeFileSync(`${file}.part`, "something else");
  await expect(download({ url, integrity }, file, () => undefined)).rejects.toThrow(/damaged/);
  expect(existsSync(file)).toBe(false);
  await download({ url, integrity }, file, () => undefined);
  expect(readFileSync(file).equals(CONTENT)).toBe(true);
});

test("an answer that is none is said", async () => {
  const { url } = await aRegistry(503);
  const file = aTarget();
  const trying = download({ url, integrity }, file, () => undefined);
  await expect(trying).rejects.toThrow(/answered with status 503/);
});
