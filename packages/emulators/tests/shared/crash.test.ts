import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { build } from "esbuild";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import {
  aClerk,
  aDataDir,
  aDaytona,
  aReceiver,
  call,
  eventually,
  isAlive,
  str,
} from "../support/emulators.ts";

const secret = "whsec_" + Buffer.from("a secret for signing webhooks").toString("base64");

/** Both emulators in a separate process, which prints their addresses. */
const PROGRAM = `
  import { startClerkEmulator, startDaytonaEmulator } from "./index.ts";
  const [dataDir, secret] = process.argv.slice(2);
  const webhook = { url: "http://127.0.0.1:9/", secret };
  const clerk = await startClerkEmulator({ dataDir, webhook });
  const daytona = await startDaytonaEmulator({ dataDir, delaysMs: { create: 0 } });
  const { url, apiKey } = daytona;
  console.log(JSON.stringify({ clerkUrl: clerk.url, url, apiKey }));
`;

let bundle: string;
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: join(import.meta.dirname, "../../src"), loader: "ts" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    write: false,
  });
  // Bundled CommonJS asks for Node's modules by a require that an ES module hasn't got.
  const require = `import { createRequire } from "node:module"; const require = createRequire("${createRequire(import.meta.url).resolve("hono")}");`;
  bundle = require + outputFiles[0]!.text;
});

/** Bun's own path: with `npx`, the signal would reach npx instead of Bun. */
async function bunPath(): Promise<string> {
  const child = spawn("npx", ["--yes", "bun@1", "-e", "console.log(process.execPath)"]);
  return (await text(child.stdout)).trim();
}

const RUNTIMES = [
  ["Node", async () => [process.execPath, "--input-type=module", "-"]],
  ["Bun", async () => [await bunPath(), "run", "-"]],
] as const;

async function inAnotherProcess(runtime: () => Promise<string[]>, dataDir: string) {
  const [program, ...args] = await runtime();
  const child = spawn(program!, [...args, dataDir, secret], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.end(bundle);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const where = JSON.parse(line) as { clerkUrl: string; url: string; apiKey: string };
  return { child, ...where };
}

async function killOutright(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

test.each(RUNTIMES)(
  "under %s, acknowledged writes survive kill -9",
  async (_, runtime) => {
    const dataDir = aDataDir();
    const { child, clerkUrl, url, apiKey } = await inAnotherProcess(runtime, dataDir);
    const headers = { authorization: `Bearer ${apiKey}` };
    const { json: signedUp } = await call("POST", `${clerkUrl}/sign-ups`, { email: "a@b.co" });
    const { json: made } = await call("POST", `${url}/sandbox`, { name: "p" }, headers);
    const id = str(made.id);
    const command = "sleep 60 >/dev/null 2>&1 & echo $!";
    const run = await eventually(async () => {
      const answer = await call(
        "POST",
        `${url}/toolbox/${id}/process/execute`,
        { command },
        headers,
      );
      expect(answer.status).toBe(200);
      return answer;
    });
    const background = Number(run.json.result);
    expect(isAlive(background)).toBe(true);

    await killOutright(child);

    // No process of a sandbox outlives the machine it would have run on.
    await eventually(() => expect(isAlive(background)).toBe(false));
    const { url: receiver, received } = await aReceiver(secret);
    const clerk = await aClerk({ dataDir, webhook: { url: receiver, secret } });
    const daytona = await aDaytona({ dataDir });
    const people = await call("GET", `${clerk.url}/users`);
    expect(people.json).toMatchObject([{ id: signedUp.user!.id }]);
    await eventually(() => expect(received).toMatchObject([{ event: { type: "user.created" } }]));
    expect(daytona.apiKey).toBe(apiKey);
    const sandbox = await call("GET", `${daytona.url}/sandbox/p`, undefined, headers);
    expect(sandbox.json).toMatchObject({ id, state: "started" });
  },
  30_000,
);
