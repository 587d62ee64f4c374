import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { CommandFailure, messageOf } from "../../lib/failure.ts";
import { download, type Download, type Progress } from "./download.ts";
import { platformPackage } from "./platform-package.ts";

/** The version of opencode; packages/agent/Dockerfile has the same. */
export const OPENCODE_VERSION = "1.18.33";

const run = promisify(execFile);

const distSchema = z.object({ tarball: z.url(), integrity: z.string() });

/**
 * Puts opencode's program into the folder, as `opencode`, unless it is there already. It comes from the npm registry that
 * npm is set up for, and has the hash that the registry gives.
 *
 * @throws CommandFailure `AGENT_UNAVAILABLE` without a network, or on a machine for which there is none
 */
export async function fetchOpencode(folder: string, onProgress: Progress): Promise<void> {
  const program = join(folder, `opencode-${OPENCODE_VERSION}`);
  if (!existsSync(program)) {
    const name = platformPackage();
    if (name === undefined) {
      const machine = `${process.platform} on ${process.arch}`;
      throw new CommandFailure("AGENT_UNAVAILABLE", `There is no opencode for ${machine}.`);
    }
    try {
      await fetchProgram(name, program, onProgress);
    } catch (error) {
      const why = `opencode ${OPENCODE_VERSION} could not be fetched (${messageOf(error)})`;
      const advice =
        "Try again: it goes on where it was. Without a network, use the demo agent: leave out --agent";
      throw new CommandFailure("AGENT_UNAVAILABLE", `${why}. ${advice}.`, { cause: error });
    }
  }
  const link = join(folder, "opencode");
  rmSync(link, { force: true });
  symlinkSync(basename(program), link);
}

async function fetchProgram(name: string, program: string, onProgress: Progress): Promise<void> {
  const archive = `${program}.tgz`;
  await download(await lookUp(`${name}@${OPENCODE_VERSION}`), archive, onProgress);
  const unpacked = mkdtempSync(`${program}.`);
  try {
    await run("tar", ["-xzf", archive, "-C", unpacked, "package/bin/opencode"]);
    renameSync(join(unpacked, "package/bin/opencode"), program);
    rmSync(archive);
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** Where a package is, by npm, which knows the registry. */
async function lookUp(spec: string): Promise<Download> {
  const { stdout } = await run("npm", ["view", spec, "dist", "--json"], { timeout: 60_000 });
  const { tarball, integrity } = distSchema.parse(JSON.parse(stdout));
  return { url: tarball, integrity };
}
