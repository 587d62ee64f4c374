/**
 * The processes of `bun run dev` with the example and its agent: `bun run doctor` finds all of them, and neither Ctrl-C
 * nor `kill -9` leaves one behind. What a newcomer sees in a browser is in `tests/browser/newcomer.test.ts`.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { bunPath, withBun } from "../support/bun.ts";
import { httpClient } from "../support/clients.ts";
import { DevProcess, type Ready } from "../support/dev.ts";
import { freshToken, signUp, type Person } from "../support/emulators.ts";
import { copyPushedData } from "../support/pushed-data.ts";
import { makeTempFolder } from "../support/temp.ts";
import { until } from "../support/until.ts";

const dataDir = makeTempFolder();
let server: DevProcess;
let dev: Ready;
let ada: Person;
let projectId: Id<"projects">;

async function start(): Promise<void> {
  server = new DevProcess(["--json", "--free-ports", "--data-dir", dataDir], {
    example: true,
    watch: true,
  });
  dev = await server.ready();
}

const client = async () => httpClient(dev.url, await freshToken(dev, ada));

/** Waits until the page at the preview's address contains this. */
async function untilPreview(text: string): Promise<void> {
  const { url } = await (await client()).action(api.projects.actions.previewUrl, { projectId });
  const contains = async () => (await (await fetch(url)).text()).includes(text);
  await until(`the preview to contain ${text}`, contains, { intervalMs: 200 });
}

/** Whether the system says in which folders its processes work. */
const hasProc = existsSync("/proc/self/cwd");

/** The processes that work in this run's sandboxes. */
function sandboxProcesses(): number[] {
  if (!hasProc) return [];
  const folderOf = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return ""; // gone meanwhile, or not ours
    }
  };
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => folderOf(pid).startsWith(`${dataDir}/daytona/`)).map(Number);
}

beforeAll(async () => {
  copyPushedData(dataDir);
  await start();
  ada = await signUp(dev, "ada@example.com", "Ada");
  await (await client()).action(api.auth.users.syncCurrentUser, {});
  const project = { name: "A sundial", prompt: "Make me a sundial in blue." };
  ({ projectId } = await (await client()).action(api.projects.actions.create, project));
  await untilPreview("sundial");
});

afterAll(async () => {
  server.signalGroup("SIGKILL");
  await server.finished;
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

test("the example answers where it is announced, and knows where the backend is", async () => {
  expect(await (await fetch(dev.exampleUrl!)).text()).toContain("<title>Quaver</title>");
  const module = await (await fetch(`${dev.exampleUrl}/src/env.ts`)).text();
  expect(module).toContain(dev.url);
  expect(module).toContain(dev.clerkUrl);
});

test("the doctor finds all well, and prints no secret; a wrong key is found", async () => {
  const { code, stdout } = await doctor();
  const report = JSON.parse(stdout) as {
    variables: { name: string; state: string }[];
    services: { name: string; state: string }[];
  };
  const states = report.services.map(({ state }) => state);
  expect(states).toEqual([...Array<string>(4).fill("answers"), "found"]);
  expect(report.variables).toContainEqual({ name: "AGENT_COMMAND", required: false, state: "set" });
  expect(report).toMatchObject({ ok: true });
  expect(code).toBe(0);
  expect(stdout).not.toContain(dev.daytonaApiKey);
  expect(stdout).not.toContain(dev.adminKey);

  const withWrongKey = await doctor({ CONVEX_SELF_HOSTED_ADMIN_KEY: "local|wrong" });
  expect(withWrongKey).toMatchObject({ code: 1, stdout: "" });
});

/** `bun run doctor --json` on this deployment. */
async function doctor(env: Record<string, string> = {}) {
  const child = spawn(bunPath(), ["run", "doctor", "--json", "--data-dir", dataDir], {
    cwd: ROOT,
    env: withBun({
      ...process.env,
      CONVEX_SELF_HOSTED_URL: dev.url,
      CONVEX_SELF_HOSTED_ADMIN_KEY: dev.adminKey,
      ...env,
    }),
    stdio: ["ignore", "pipe", "ignore"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout };
}

test("stopping the project ends its processes, and starting it serves the page again", async () => {
  const { stop, start: startAgain } = api.projects.actions;
  const { getById } = api.projects.queries;
  const status = async () => (await (await client()).query(getById, { projectId }))?.status;
  await expect.poll(status, { timeout: 60_000, interval: 200 }).toBe("ready");
  await (await client()).action(stop, { projectId });
  await expect.poll(sandboxProcesses, { timeout: 30_000, interval: 100 }).toEqual([]);
  await (await client()).action(startAgain, { projectId });
  await untilPreview("sundial");
});

test("Ctrl-C leaves no process behind, and the next start has the same addresses and the page", async () => {
  if (hasProc) expect(sandboxProcesses().length).toBeGreaterThan(0);
  const before = dev;
  // `finished` is when nothing holds stdout or stderr any more: the servers, the CLI, Vite.
  expect(await server.stop("SIGINT")).toMatchObject({ code: 0 });
  await expect.poll(sandboxProcesses, { timeout: 30_000, interval: 100 }).toEqual([]);
  await expect(fetch(before.exampleUrl!)).rejects.toThrow();

  await start();
  expect(dev).toEqual(before);
  await untilPreview("sundial");
});

test("kill -9 leaves no process behind either", async () => {
  server.signalGroup("SIGKILL");
  await server.finished;
  await expect.poll(sandboxProcesses, { timeout: 30_000, interval: 100 }).toEqual([]);
});
