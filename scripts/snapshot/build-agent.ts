import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { exitOf } from "../lib/convex-cli.ts";
import { CommandFailure } from "../lib/failure.ts";

const packageSchema = z.object({ scripts: z.object({ build: z.string() }) });

/**
 * Runs the script `build` of the agent's package, which makes what its Dockerfile copies. Its output goes to stderr.
 *
 * @throws CommandFailure `SNAPSHOT_INPUT` if the folder has no Dockerfile or no such script; `AGENT_BUILD_FAILED`.
 */
export async function buildAgent(agentDir: string): Promise<void> {
  if (!existsSync(join(agentDir, "Dockerfile"))) {
    throw new CommandFailure("SNAPSHOT_INPUT", `there is no Dockerfile in ${agentDir}`);
  }
  if (!hasBuildScript(join(agentDir, "package.json"))) {
    const message = `the package.json in ${agentDir} is missing, or has no script "build"`;
    throw new CommandFailure("SNAPSHOT_INPUT", message);
  }
  // Under `bun run`, this process is Bun itself.
  const child = spawn(process.execPath, ["run", "build"], {
    cwd: agentDir,
    stdio: ["ignore", 2, 2],
  });
  const code = await exitOf(child);
  if (code === 0) return;
  const end = code === null ? "was ended by a signal" : `ended with ${code}`;
  throw new CommandFailure("AGENT_BUILD_FAILED", `the build in ${agentDir} ${end}`);
}

function hasBuildScript(file: string): boolean {
  try {
    return packageSchema.safeParse(JSON.parse(readFileSync(file, "utf8"))).success;
  } catch {
    return false;
  }
}
