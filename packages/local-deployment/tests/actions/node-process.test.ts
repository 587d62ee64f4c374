import { execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { bunPath } from "../../../../tests/support/bun.ts";
import { NodeFolder } from "../../src/actions/runners/node_folder.ts";

const ENTRY = fileURLToPath(new URL("../../src/actions/node/worker.ts", import.meta.url));

test("a Node process ends when its deployment has ended before its start, even while it computes", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "node-process-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const script = join(dataDir, "worker.cjs");
  execFileSync(bunPath(), ["build", ENTRY, "--target=node", "--format=cjs", "--outfile", script]);
  const folder = new NodeFolder(dataDir);
  const modules = await folder.write([{ path: "endless.js", source: "for (;;);" }]);
  const { pid: gone } = spawnSync(process.execPath, ["--eval", ""]);
  const child = fork(script, [String(gone)], { execArgv: [], stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  child.send({ kind: "analyze", task: { modules, env: {}, paths: ["endless.js"] } });
  expect(await ended).toEqual([null, "SIGKILL"]);
});
