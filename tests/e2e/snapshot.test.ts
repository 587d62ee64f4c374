/** `bun run snapshot` as a process, against the Daytona emulator, on a small agent of its own. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { DaytonaEmulator } from "@quaver/emulators";
import { startDaytonaEmulator } from "@quaver/emulators";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { exitOf, ROOT } from "../../scripts/lib/convex-cli.ts";
import { bunPath, withBun } from "../support/bun.ts";

let daytona: DaytonaEmulator;
let agentDir: string;

beforeEach(async () => {
  const dir = mkdtempSync(join(tmpdir(), "snapshot-"));
  daytona = await startDaytonaEmulator({ dataDir: join(dir, "daytona"), buildDelayMs: 10 });
  agentDir = join(dir, "agent");
  mkdirSync(join(agentDir, "src"), { recursive: true });
  writeFileSync(join(agentDir, "src", "serve.js"), "console.log('hello');\n");
  writeFileSync(join(agentDir, "Dockerfile"), 'FROM node:24\nCOPY dist /opt\nENTRYPOINT ["a"]\n');
  setBuildScript("rm -rf dist && cp -r src dist");
  return async () => {
    await daytona.close();
    rmSync(dir, { recursive: true, force: true });
  };
});

function setBuildScript(build: string | undefined): void {
  const scripts = build === undefined ? {} : { build };
  writeFileSync(join(agentDir, "package.json"), JSON.stringify({ name: "agent", scripts }));
}

/** Starts the command. */
function start(args: string[] = [], env: Record<string, string> = {}) {
  const command = ["scripts/snapshot/main.ts", "--agent", agentDir, ...args];
  const child = spawn(bunPath(), command, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: withBun({
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DAYTONA_API_URL: daytona.url,
      DAYTONA_API_KEY: daytona.apiKey,
      ...env,
    }),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, ended: Promise.all([exitOf(child), text(child.stdout), text(child.stderr)]) };
}

/** Runs the command to its end. */
async function snapshot(args: string[] = [], env: Record<string, string> = {}) {
  const [code, stdout, stderr] = await start(args, env).ended;
  return { code, stdout, stderr };
}

// The build may have ended meanwhile.
const ADOPTED = /An earlier run had asked for it|It was there already/;

/** The snapshots that were made, by name. */
async function made(): Promise<{ name: string; state: string; cpu: number }[]> {
  const headers = { authorization: `Bearer ${daytona.apiKey}` };
  const response = await fetch(`${daytona.url}/snapshots`, { headers });
  const { items } = (await response.json()) as {
    items: { name: string; state: string; cpu: number; general: boolean }[];
  };
  return items.filter(({ general }) => !general);
}

describe("bun run snapshot", () => {
  test("builds, uploads, shows the build, and says what to set; again, it has nothing to do", async () => {
    const first = await snapshot();
    expect(first.stderr).toContain("#2 [2/3] COPY dist /opt");
    expect(first.code).toBe(0);
    const [active, ...others] = await made();
    expect(active).toMatchObject({ state: "active", cpu: 2 });
    expect(active!.name).toMatch(/^quaver-agent-[0-9a-f]{12}$/);
    expect(others).toEqual([]);
    expect(first.stderr).toContain(`npx convex env set QUAVER_SNAPSHOT ${active!.name}\n`);
    expect(first.stderr).toContain("npx convex env set AGENT_COMMAND quaver-agent\n");
    const toSet = `QUAVER_SNAPSHOT=${active!.name}\nAGENT_COMMAND=quaver-agent\n`;
    expect(first.stdout).toBe(toSet);
    const second = await snapshot();
    expect(second).toMatchObject({ code: 0, stdout: toSet });
    expect(second.stderr).toContain("It was there already: nothing to do.");
    expect(await made()).toHaveLength(1);
  });

  test("makes another one when a file has changed, or the size", async () => {
    await snapshot();
    writeFileSync(join(agentDir, "src", "serve.js"), "console.log('changed');\n");
    await snapshot();
    await snapshot(["--cpu", "4"]);
    expect((await made()).map(({ cpu }) => cpu)).toEqual([4, 2, 2]);
  });

  test("takes the beginning of a name, and the size of its sandboxes", async () => {
    const { stdout } = await snapshot(["--name", "mine", "--cpu", "1", "--memory", "2", "--json"]);
    const [active] = await made();
    expect(active).toMatchObject({ cpu: 1, mem: 2, disk: 10 });
    expect(active!.name).toMatch(/^mine-[0-9a-f]{12}$/);
    const variables = { QUAVER_SNAPSHOT: active!.name, AGENT_COMMAND: "quaver-agent" };
    const [event, files] = ["active", ["dist/serve.js"]];
    const line = { event, name: active!.name, by: "creating", files, variables };
    expect(JSON.parse(stdout)).toEqual(line);
  });

  test("that is interrupted is gone on with", async () => {
    const { child, ended } = start();
    await expect.poll(made, { timeout: 60_000, interval: 10 }).toHaveLength(1);
    child.kill("SIGKILL");
    await ended;
    const { code, stderr } = await snapshot();
    expect(stderr).toMatch(ADOPTED);
    expect(code).toBe(0);
    expect(await made()).toMatchObject([{ state: "active" }]);
  });

  test("ends with the last lines of a build that fails, and makes it again the next time", async () => {
    const kind = { error: "npm ERR! 404 opencode-ai" };
    daytona.faults.add({ method: "POST", path: /^\/snapshots$/, nth: 1, kind });
    const failed = await snapshot();
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    const [, end] = failed.stderr.split("stopped [SNAPSHOT_BUILD_FAILED]");
    expect(end).toContain("could not be built: npm ERR! 404 opencode-ai");
    expect(end).toContain("ERROR: npm ERR! 404 opencode-ai");
    expect((await snapshot()).code).toBe(0);
    expect(await made()).toMatchObject([{ state: "active" }]);
  });
});

describe("bun run snapshot stops", () => {
  const stops = async (code: string, args: string[] = [], env: Record<string, string> = {}) => {
    const result = await snapshot(args, env);
    expect(result.stderr).toContain(`stopped [${code}]`);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(await made()).toEqual([]);
    return result.stderr;
  };

  test("without a key, before anything is built", async () => {
    setBuildScript("exit 1");
    await stops("DAYTONA_KEY_MISSING", [], { DAYTONA_API_KEY: "" });
  });

  test("with a wrong key, which it doesn't print", async () => {
    const said = await stops("DAYTONA_KEY_REFUSED", [], { DAYTONA_API_KEY: "dtn_wrong" });
    expect(said).not.toContain("dtn_wrong");
  });

  test("above the quota", async () => {
    daytona.setQuota({ perSandbox: { cpu: 4 } });
    expect(await stops("DAYTONA_QUOTA", ["--cpu", "8"])).toContain("CPU request 8 exceeds");
  });

  test("when the agent's package has no build, or its build fails", async () => {
    setBuildScript("exit 3");
    expect(await stops("AGENT_BUILD_FAILED")).toContain("ended with 3");
    setBuildScript(undefined);
    expect(await stops("SNAPSHOT_INPUT")).toContain('no script "build"');
  });

  test("when the build made nothing to copy", async () => {
    setBuildScript("true");
    await stops("SNAPSHOT_INPUT");
  });

  test.each([["--cpu", "two"], ["--disk", "0"], ["--nonsense"]])("at %s %s", async (...args) => {
    expect(await stops("USAGE", args.filter(Boolean))).toContain("Usage: ");
  });
});
