import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeCliFolder } from "../../scripts/dev/convex/cli-folder.ts";
import { pushFirst } from "../../scripts/dev/convex/convex-dev.ts";
import { cliEnvironment, ROOT } from "../../scripts/lib/convex-cli.ts";
import { tempFolder } from "../support/temp.ts";

/** A deployment that accepts the CLI and refuses every push. */
async function aDeploymentThatRefuses() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const { port } = server.address() as AddressInfo;
    const canonical = `http://127.0.0.1:${port}`;
    if (request.url === "/api/v1/get_canonical_urls") {
      response.end(JSON.stringify({ convexCloudUrl: canonical, convexSiteUrl: canonical }));
    } else {
      response.writeHead(400).end('{"code":"NotToday","message":"This deployment refuses."}');
    }
    request.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, adminKey: "the-key", asked };
}

test("a push that is refused has a code, and leaves the clone's .env.local alone", async () => {
  const deployment = await aDeploymentThatRefuses();
  const folder = makeCliFolder(tempFolder());
  const envFile = join(ROOT, ".env.local");
  const before = existsSync(envFile) ? readFileSync(envFile, "utf8") : null;

  const stop = new Promise<void>(() => undefined);
  const push = pushFirst({ target: deployment, cwd: folder, stop, json: true });
  await expect(push).rejects.toMatchObject({ code: "PUSH_FAILED" });

  expect(deployment.asked).toContain("/api/get_config_hashes");
  // The CLI did write the file, in its own folder: that is what the folder is for.
  expect(readFileSync(join(folder, ".env.local"), "utf8")).toContain(deployment.url);
  expect(existsSync(envFile) ? readFileSync(envFile, "utf8") : null).toBe(before);
});

test("variables of the shell that name another deployment don't reach the CLI", () => {
  const names = ["CONVEX_DEPLOYMENT", "CONVEX_DEPLOY_KEY"];
  for (const name of names) process.env[name] = "prod:someone-elses";
  onTestFinished(() => {
    for (const name of names) Reflect.deleteProperty(process.env, name);
  });
  const environment = cliEnvironment({ url: "http://127.0.0.1:1", adminKey: "k" });
  expect(environment).toMatchObject({
    CONVEX_DEPLOYMENT: "",
    CONVEX_DEPLOY_KEY: "",
    CONVEX_SELF_HOSTED_URL: "http://127.0.0.1:1",
    CONVEX_SELF_HOSTED_ADMIN_KEY: "k",
  });
});

test("the CLI ends with its parent, also after kill -9", async () => {
  const preload = join(ROOT, "scripts/lib/exit-with-parent.js");
  // An emulator for `bun run dev`: starts a child that would run for ever, tells its pid, and never ends either.
  const parent = spawn(process.execPath, [
    "--eval",
    `const child = require("node:child_process").spawn(
       process.execPath,
       ["--import", ${JSON.stringify(preload)}, "--eval", "setInterval(() => {}, 1000); console.log('up')"],
       { stdio: ["pipe", "pipe", "inherit"] });
     child.stdout.once("data", () => console.log(child.pid));
     setInterval(() => {}, 1000);`,
  ]);
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (text: Buffer) => resolve(Number(text.toString()))),
  );
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 10_000, interval: 20 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
