import { OLDEST_NODE_MAJOR } from "../../limits/functions.ts";
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);

const TIMEOUT_MS = 10_000;
/** Bun puts itself on the PATH as `node`; this reveals it. */
const WHICH =
  "JSON.stringify({ major: parseInt(process.versions.node), bun: 'bun' in process.versions })";
const which = z.object({ major: z.number(), bun: z.boolean() });

let found: string | null = null;

/** The first `node` on the PATH that is Node.js 20 or later, and not Bun; null when there is none. */
export async function findNode(): Promise<string | null> {
  found ??= await findNodeIn(process.env.PATH ?? "");
  return found;
}

/** @param path folders, as in the variable PATH */
export async function findNodeIn(path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, "node");
    if (folder !== "" && isExecutable(candidate) && (await isNode(candidate))) return candidate;
  }
  return null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function isNode(file: string): Promise<boolean> {
  try {
    const { stdout } = await run(file, ["-p", WHICH], { timeout: TIMEOUT_MS });
    const { major, bun } = which.parse(JSON.parse(stdout));
    return !bun && major >= OLDEST_NODE_MAJOR;
  } catch {
    return false;
  }
}
