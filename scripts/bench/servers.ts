/** The servers that are measured: each in a process of its own, the local deployment with the benchmark's functions. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { z } from "zod";
import { ROOT, runConvex, type Target } from "../lib/convex-cli.ts";

interface Server extends Target {
  stop(): Promise<void>;
}

/** A local deployment, and the same work done by a bare server. */
export interface Servers {
  deployment: Server;
  baseline: Server;
}

/** Starts both, in a folder of their own, for as long as `use` runs. */
export async function withServers<T>(
  { documents = 0, flags = [] }: { documents?: number; flags?: string[] },
  use: (servers: Servers) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "quaver-bench-"));
  const servers: Server[] = [];
  try {
    const started = async (script: string, args: string[]) => {
      const server = await startServer(script, args);
      servers.push(server);
      return server;
    };
    const deployment = await started("packages/local-deployment/src/cli.ts", [
      ...["--data-dir", join(folder, "data")],
      ...flags,
    ]);
    const baseline = await started("scripts/bench/baseline.ts", [folder, String(documents)]);
    await pushFunctions(deployment, folder);
    return await use({ deployment, baseline });
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

const readyLine = z.object({ event: z.literal("ready"), url: z.string(), adminKey: z.string() });

/** Starts a script under Bun and waits for its ready line. @throws Error when it ends without one */
async function startServer(script: string, args: string[]): Promise<Server> {
  const child = spawn(process.execPath, [join(ROOT, script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, adminKey } = readyLine.parse(JSON.parse(line));
    return { url, adminKey, stop };
  }
  throw new Error(`${script} ended before it was ready`);
}

/** Pushes a copy of the benchmark's project, in which the CLI may write its generated files. */
async function pushFunctions(deployment: Target, folder: string): Promise<void> {
  const project = join(folder, "project");
  cpSync(join(ROOT, "scripts/bench/project"), project, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(project, "node_modules"));
  const manifest = { name: "bench", type: "module", dependencies: { convex: "*" } };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const deploy = ["deploy", "--typecheck", "disable", "-y"];
  const { code, stderr } = await runConvex(deployment, deploy, { cwd: project });
  if (code !== 0) throw new Error(`The benchmark's functions were not pushed:\n${stderr}`);
}
