/** What can keep `bun run dev` from starting, and how it ends: codes, exit codes, nothing left behind, nothing lost. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { recall, remember } from "../../scripts/dev/process/memory.ts";
import { httpClient } from "../support/clients.ts";
import { DevProcess, type Finished } from "../support/dev.ts";
import { copyPushedData } from "../support/pushed-data.ts";
import { tempFolder } from "../support/temp.ts";

/** Starts one that is ended, whatever happens, when the test is over. */
function devProcess(...args: string[]): DevProcess {
  const started = new DevProcess(args, { watch: true });
  onTestFinished(async () => {
    started.signalGroup("SIGKILL");
    await started.finished;
  });
  return started;
}

/** A data folder with which a start is quick. */
function aPushedFolder(): string {
  const dataDir = tempFolder();
  copyPushedData(dataDir);
  return dataDir;
}

/** The error line of a start that failed. */
async function failure(started: DevProcess): Promise<{ finished: Finished; line: unknown }> {
  const finished = await started.finished;
  const lines = finished.stdout.trim().split("\n");
  expect(lines, "stdout is one JSON line").toHaveLength(1);
  return { finished, line: JSON.parse(lines[0] ?? "") };
}

test("a data folder in use is refused, and the process that uses it goes on", async () => {
  const args = ["--json", "--free-ports", "--data-dir", aPushedFolder()];
  const first = devProcess(...args);
  const { url, siteUrl, clerkUrl, daytonaUrl, stripeUrl } = await first.ready();

  const { finished, line } = await failure(devProcess(...args));
  expect(line).toMatchObject({ event: "error", code: "ALREADY_RUNNING" });
  expect(finished.stderr).toMatch(new RegExp(`^Already running at ${url} \\(pid \\d+\\)\\.$`, "m"));
  expect(finished.code).toBe(3);

  const status = await httpClient(url).query(api.auth.users.userLoginStatus, {});
  expect(status.status).toBe("No JWT Token");
  for (const address of [url, `${siteUrl}/health`, clerkUrl, daytonaUrl, stripeUrl]) {
    expect([address, (await fetch(address)).status]).toEqual([address, 200]);
  }
  // Asked to end politely, it does, and that is success.
  expect(await first.stop("SIGTERM")).toMatchObject({ code: 0 });
});

test("a port in use gives way to another, and that is said", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const dataDir = aPushedFolder();
  remember(dataDir, { ...recall(dataDir), ports: { deployment: port } });

  const started = devProcess("--json", "--free-ports", "--data-dir", dataDir);
  const { url } = await started.ready();
  const { port: other } = new URL(url);
  expect(other).not.toBe(String(port));
  expect(started.log).toContain(`Port ${port} (deployment) is in use: ${other} instead.`);
});

test("a corrupt data file stops the start and is not touched", async () => {
  const dataDir = tempFolder();
  const file = join(dataDir, "deployment", "data.sqlite");
  const garbage = Buffer.alloc(8192, "not a database ");
  mkdirSync(join(dataDir, "deployment"));
  writeFileSync(file, garbage);

  const started = devProcess("--json", "--free-ports", "--data-dir", dataDir);
  const { finished, line } = await failure(started);
  expect(line).toMatchObject({ code: "DATA_CORRUPT" });
  expect(finished.code).not.toBe(0);
  expect(readFileSync(file).equals(garbage)).toBe(true);
});

test("with a real deployment named, it is convex dev against that one, and says which", async () => {
  const env = {
    CONVEX_SELF_HOSTED_URL: "http://127.0.0.1:1", // nothing listens there
    CONVEX_SELF_HOSTED_ADMIN_KEY: "a-real-key",
  };
  const started = new DevProcess([], { example: true, watch: true, newContexts: true, env });
  onTestFinished(async () => {
    started.signalGroup("SIGKILL");
    await started.finished;
  });
  const said = () => started.log;
  await expect.poll(said, { timeout: 60_000 }).toMatch(/Retrying request/); // the official CLI's words
  expect(said()).toMatch(/real deployment \(CONVEX_SELF_HOSTED_URL=http:\/\/127\.0\.0\.1:1\)/);
  expect(said()).not.toContain("a-real-key");
});

test("an unknown flag is refused", async () => {
  const finished = await devProcess("--jsno").finished;
  expect(finished.code).not.toBe(0);
  expect(finished.stderr).toContain("[USAGE]");
});

test("when only the wrapper is killed, everything ends, and a new start finds the folder free", async () => {
  const args = ["--json", "--free-ports", "--data-dir", aPushedFolder()];
  const first = devProcess(...args);
  const before = await first.ready();
  process.kill(first.pid, "SIGKILL"); // `bun run` alone, not its group
  // `close` comes when the last process that holds its stdout and stderr is gone: the servers and the CLI.
  await first.finished;
  expect(await devProcess(...args).ready()).toEqual(before);
});
