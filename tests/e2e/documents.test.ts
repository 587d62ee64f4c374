/** What the pages for builders print runs as printed: the agent, the calls of the emulators, and the client's types. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { exitOf, ROOT } from "../../scripts/lib/convex-cli.ts";
import { httpClient } from "../support/clients.ts";
import type { Ready } from "../support/dev.ts";
import { onDev } from "../support/dev-suite.ts";
import { freshToken, type Person } from "../support/emulators.ts";
import { tempFolder } from "../support/temp.ts";
import { until } from "../support/until.ts";

let dev: Ready;
let ada: Person;
let dataDir: string;
onDev((suite) => ({ dev, ada, dataDir } = suite));

const adasClient = async () => httpClient(dev.url, await freshToken(dev, ada));

/** The blocks for a shell of a page, in its order. */
function blocksOf(page: string): string[] {
  const markdown = readFileSync(join(ROOT, "docs", page), "utf8");
  return [...markdown.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = ""]) => block);
}

/** Runs a block in a shell, in the folder from which the CLI reaches this deployment. @returns what it prints */
async function run(block: string): Promise<string> {
  const ports = { 3210: dev.url, 3212: dev.clerkUrl, 3213: dev.daytonaUrl };
  const here = Object.entries(ports).reduce(
    (rest, [port, url]) => rest.replaceAll(`http://127.0.0.1:${port}`, url),
    block,
  );
  // Not `spawnSync`: a process that stands still uses a connection again that the server has closed meanwhile.
  const child = spawn("bash", ["-euo", "pipefail", "-c", here], {
    cwd: join(dataDir, "cli"),
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      CI: "1",
      CONVEX_DEPLOYMENT: "",
      CONVEX_SELF_HOSTED_URL: dev.url,
      CONVEX_SELF_HOSTED_ADMIN_KEY: dev.adminKey,
    },
  });
  const printed = [exitOf(child), text(child.stdout), text(child.stderr)] as const;
  const [code, stdout, stderr] = await Promise.all(printed);
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

describe("the page on writing an agent", () => {
  let projectId: Id<"projects">;

  beforeAll(async () => {
    const [agent = "", setCommand = ""] = blocksOf("agents.md");
    writeFileSync(join(dataDir, "cli", "agent.sh"), agent);
    await run(setCommand);
    const client = await adasClient();
    await client.action(api.auth.users.syncCurrentUser, {});
    const project = { name: "A page", prompt: "Tea & <coffee>" };
    ({ projectId } = await client.action(api.projects.actions.create, project));
  });

  test("has a whole agent, which makes a page of the prompt", async () => {
    const client = await adasClient();
    const turn = await until("the turn's end", async () => {
      const [only] = await client.query(api.turns.queries.listByProject, { projectId });
      return only?.endedAt === undefined ? null : only;
    });
    expect(turn).toMatchObject({ status: "done", number: 1 });
    const [answer] = await client.query(api.messages.queries.listByProject, { projectId });
    expect(answer?.content).toContain("The page **is ready**");
    const { sandboxId } = (await client.query(api.projects.queries.getById, { projectId }))!;
    const page = join(dataDir, "daytona", "sandboxes", sandboxId!, "home", "app", "index.html");
    expect(readFileSync(page, "utf8")).toContain("Tea &amp; &lt;coffee>");
  });

  test("is followed by a sandbox in which a shell runs", async () => {
    expect(await run(blocksOf("emulators.md").at(-1)!)).toContain("app");
  });
});

describe("the page on the emulators", () => {
  test("signs up, and calls a function with a fresh token", async () => {
    const [signUp, token] = blocksOf("emulators.md");
    expect(await run(signUp!)).toContain('"token":');
    expect(await run(token!)).toMatch(/"status":"(Logged In|No Clerk User)"/);
  });

  test("adds a fault, and removes it", async () => {
    const [, , faults] = blocksOf("emulators.md");
    await run(faults!);
  });

  test("lists calls", async () => {
    const [, , , calls] = blocksOf("emulators.md");
    expect(await run(calls!)).toContain('"path":"/sign-ups"');
  });
});

test("the client's types suffice in another repository, under stricter options than ours", () => {
  const folder = tempFolder();
  cpSync(join(ROOT, "docs", "client"), folder, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  const compilerOptions = {
    ...{ target: "ES2022", module: "ESNext", moduleResolution: "Bundler", jsx: "react-jsx" },
    ...{ lib: ["ES2022", "DOM", "DOM.Iterable"], types: [], noEmit: true, strict: true },
    ...{ skipLibCheck: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const { status, stdout } = spawnSync(join(ROOT, "node_modules", ".bin", "tsc"), ["-p", folder], {
    encoding: "utf8",
  });
  expect(status, stdout).toBe(0);
});
