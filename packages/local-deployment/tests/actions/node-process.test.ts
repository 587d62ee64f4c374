import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { NodeFolder } from "../../src/actions/runners/node_folder.ts";

test("a Node process ends when its deployment has ended before its start, even while it computes", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "node-process-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const folder = new NodeFolder(dataDir);
  const modules = await folder.write([{ path: "endless.js", source: "for (;;);" }]);
  const { pid: gone } = spawnSync(process.execPath, ["--eval", ""]);
  const child = fork(await folder.script(), [String(gone)], { execArgv: [], stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  child.send({ kind: "analyze", task: { modules, env: {}, paths: ["endless.js"] } });
  expect(await ended).toEqual([null, "SIGKILL"]);
});
