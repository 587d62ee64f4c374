/** Who uses a data folder: what a second `bun run dev` says. */
import { createServer } from "node:http";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  announceRunning,
  findRunning,
  withdrawRunning,
} from "../../scripts/dev/process/running.ts";
import { retryWhileInUse } from "../../scripts/dev/process/retry-while-in-use.ts";
import { CommandFailure } from "../../scripts/lib/failure.ts";
import { tempFolder } from "../support/temp.ts";

/** Answers as a deployment does. */
async function aDeployment(): Promise<string> {
  const server = createServer((_, response) => response.end("local"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  // A server that listens on TCP has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("one that answers is found, until it says that it ends", async () => {
  const dataDir = tempFolder();
  expect(await findRunning(dataDir)).toBeNull();
  const running = { pid: process.pid, url: await aDeployment(), openUrl: "http://localhost:5173" };
  announceRunning(dataDir, running);
  expect(await findRunning(dataDir)).toEqual(running);
  withdrawRunning(dataDir);
  expect(await findRunning(dataDir)).toBeNull();
});

test("what a killed one has left behind is none, also when its port or its pid is another's", async () => {
  const dataDir = tempFolder();
  const openUrl = "http://localhost:5173";
  const noPid = 2 ** 22 + 1; // Linux has none above 2 ** 22
  announceRunning(dataDir, { pid: noPid, url: await aDeployment(), openUrl });
  expect(await findRunning(dataDir)).toBeNull();
  announceRunning(dataDir, { pid: process.pid, url: "http://127.0.0.1:1", openUrl });
  expect(await findRunning(dataDir)).toBeNull();
  writeFileSync(join(dataDir, "running.json"), "{");
  expect(await findRunning(dataDir)).toBeNull();
});

test("a second one is refused at once, with the address and the pid", async () => {
  const dataDir = tempFolder();
  const openUrl = "http://localhost:5173";
  announceRunning(dataDir, { pid: process.pid, url: await aDeployment(), openUrl });
  const inUse = () => Promise.reject(new CommandFailure("PORT_IN_USE", "Port 3210 is in use."));
  await expect(retryWhileInUse(dataDir, inUse)).rejects.toMatchObject({
    code: "ALREADY_RUNNING",
    message: `Already running at ${openUrl} (pid ${process.pid}).`,
  });
});
