/**
 * What a newcomer sees of `bun run dev`: the example answers where it is announced; a prompt leads through statuses,
 * reasoning and text that stream in, to a page at the preview's address; `bun run doctor` finds all well; Ctrl-C
 * leaves nothing behind. Offline, through the official clients.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { bunPath, withBun } from "../support/bun.ts";
import { httpClient, liveClient, Subscription } from "../support/clients.ts";
import { DevProcess, within, type Ready } from "../support/dev.ts";
import { freshToken, signUp, type Person } from "../support/emulators.ts";
import { makeTempFolder } from "../support/temp.ts";

const dataDir = makeTempFolder();
const args = ["--json", "--free-ports", "--data-dir", dataDir];
let process_: DevProcess;
let dev: Ready;
let ada: Person;
let projectId: Id<"projects">;

async function start(): Promise<void> {
  process_ = new DevProcess(args, { example: true });
  dev = await process_.ready();
}

beforeAll(start);

afterAll(async () => {
  process_.signalGroup("SIGKILL");
  await process_.finished;
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

const adasToken = () => freshToken(dev, ada);

/** The page at the preview's address, as soon as it says this. */
async function previewSaying(text: string): Promise<string> {
  const client = httpClient(dev.url, await adasToken());
  const { url } = await client.action(api.projects.actions.previewUrl, { projectId });
  let page = "";
  const says = async () => (page = await (await fetch(url)).text());
  await expect.poll(says, { timeout: 30_000, interval: 200 }).toContain(text);
  return page;
}

/** Whether the system tells where its processes work. */
const tellsProcesses = existsSync("/proc/self/cwd");

/** The processes that work in this run's sandboxes. */
function sandboxProcesses(): number[] {
  if (!tellsProcesses) return [];
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

test("the example answers where it is announced, and knows where the backend is", async () => {
  const page = await fetch(dev.exampleUrl!);
  expect(await page.text()).toContain("<title>Quaver</title>");
  const module = await fetch(`${dev.exampleUrl}/src/env.ts`);
  const text = await module.text();
  expect(text).toContain(dev.url);
  expect(text).toContain(dev.clerkUrl);
});

test("a prompt leads through creating and generating, with reasoning and text that stream in, to ready", async () => {
  ada = await signUp(dev, "ada@example.com", "Ada");
  const client = liveClient(dev.url, adasToken);
  const list = api.projects.queries.listForCurrentUser;
  const projects = new Subscription(client, "listForCurrentUser", list, {});
  const status = new Subscription(client, "status", api.auth.users.userLoginStatus, {});
  await status.until("Logged In", (value) => value.status === "Logged In");

  const http = httpClient(dev.url, await adasToken());
  const prompt = 'Make me a <em onclick="alert(1)">sundial</em> in blue.';
  const create = api.projects.actions.create;
  ({ projectId } = await http.action(create, { name: "A sundial", prompt }));
  const byProject = api.messages.queries.listByProject;
  const messages = new Subscription(client, "listByProject", byProject, { projectId });
  await within(60_000, "the agent to finish", waitFor(projects));

  const statuses = projects.seen.map(([project]) => project?.status);
  expect([...new Set(statuses.filter(Boolean))]).toEqual(["creating", "generating", "ready"]);
  const answers = messages.seen.flatMap((seen) => seen.filter(({ role }) => role === "assistant"));
  expect(new Set(answers.map(({ content }) => content)).size, "it grew as it came").toBeGreaterThan(
    2,
  );
  const { content, parts } = answers.at(-1)!;
  expect(parts?.map(({ type }) => type)).toEqual(["reasoning", "text"]);
  expect(content).toContain("Have a look at the preview.");
  await client.close();
});

/** Until the project is ready, by its live list. */
async function waitFor(projects: Subscription<typeof api.projects.queries.listForCurrentUser>) {
  for (;;) {
    const last = projects.seen.at(-1)?.[0];
    if (last?.status === "ready") return;
    if (last?.status === "failed") throw new Error(JSON.stringify(last.failure));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("the page is at the preview's address, with the prompt as text", async () => {
  const page = await previewSaying("</html>");
  expect(page).toContain("&lt;em onclick=&quot;alert(1)&quot;&gt;sundial&lt;/em&gt;");
  expect(page).not.toContain("<em");
});

test("a further prompt changes the page", async () => {
  const client = httpClient(dev.url, await adasToken());
  const prompt = "Now in pink, with roman numerals.";
  await client.mutation(api.turns.mutations.start, { projectId, prompt });
  expect(await previewSaying("<li>Now in pink, with roman numerals.</li>")).toContain("sundial");
  const isReady = async () =>
    (await client.query(api.projects.queries.getById, { projectId }))?.status;
  await expect.poll(isReady, { timeout: 30_000, interval: 200 }).toBe("ready");
});

test("stopped and started again, the project still has its page", async () => {
  const client = httpClient(dev.url, await adasToken());
  await client.action(api.projects.actions.stop, { projectId });
  await expect.poll(sandboxProcesses, { timeout: 30_000, interval: 100 }).toEqual([]);
  await client.action(api.projects.actions.start, { projectId });
  await previewSaying("roman numerals");
});

test("the doctor finds all well, and tells no value; a bad key is found", async () => {
  const { code, stdout } = await doctor();
  const report = JSON.parse(stdout) as {
    ok: boolean;
    variables: { name: string; state: string }[];
    services: { name: string; state: string }[];
  };
  expect(report.services.map(({ state }) => state)).toEqual(Array(4).fill("answers"));
  expect(report.variables).toContainEqual({ name: "AGENT_COMMAND", required: false, state: "set" });
  expect(report).toMatchObject({ ok: true });
  expect(code).toBe(0);
  expect(stdout).not.toContain(dev.daytonaApiKey);
  expect(stdout).not.toContain(dev.adminKey);

  const elsewhere = await doctor({ CONVEX_SELF_HOSTED_ADMIN_KEY: "local|wrong" });
  expect(elsewhere).toMatchObject({ code: 1, stdout: "" });
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

test("Ctrl-C leaves no process behind, and the next start has the same addresses and the page", async () => {
  if (tellsProcesses) expect(sandboxProcesses().length).toBeGreaterThan(0);
  const before = dev;
  // `finished` is when nothing holds stdout or stderr any more: the servers, the CLI, Vite.
  expect(await process_.stop("SIGINT")).toMatchObject({ code: 0 });
  await expect.poll(sandboxProcesses, { timeout: 30_000, interval: 100 }).toEqual([]);
  await expect(fetch(before.exampleUrl!)).rejects.toThrow();

  await start();
  expect(dev).toEqual(before);
  await previewSaying("roman numerals");
});

test("kill -9 leaves no process behind either", async () => {
  process_.signalGroup("SIGKILL");
  await process_.finished;
  await expect.poll(sandboxProcesses, { timeout: 30_000, interval: 100 }).toEqual([]);
});
