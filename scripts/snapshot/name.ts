import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { copiedPaths, isSandboxError } from "@quaver/sandbox/snapshots";
import { CommandFailure, codeOf, messageOf } from "../lib/failure.ts";

const HASH_DIGITS = 12;

/**
 * The name of a Dockerfile's snapshot: `quaver-agent-` and a hash of the Dockerfile, of every file that it copies, and
 * of the sandboxes' size. So what a name stands for never changes.
 *
 * @throws CommandFailure `SNAPSHOT_INPUT` if something that it copies isn't there.
 */
export function snapshotName(
  dockerfile: string,
  size: { cpu: number; memory: number; disk: number },
): string {
  const folder = dirname(dockerfile);
  const hash = createHash("sha256").update(`${size.cpu} ${size.memory} ${size.disk}\0`);
  try {
    const files = [dockerfile, ...copiedPaths(dockerfile).flatMap(filesIn)];
    for (const file of files) {
      const content = readFileSync(file);
      // Its length keeps the end of one file and the path of the next apart.
      hash.update(`${relative(folder, file)}\0${content.length}\0`).update(content);
    }
  } catch (error) {
    if (!isSandboxError(error) && codeOf(error) !== "ENOENT") throw error;
    throw new CommandFailure("SNAPSHOT_INPUT", messageOf(error), { cause: error });
  }
  return `quaver-agent-${hash.digest("hex").slice(0, HASH_DIGITS)}`;
}

/** A file, or the files in a folder and below, in an order that is the same on every machine. */
function filesIn(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const below = readdirSync(path, { recursive: true, encoding: "utf8" });
  const files = below.map((name) => join(path, name)).filter((file) => statSync(file).isFile());
  return files.sort();
}
