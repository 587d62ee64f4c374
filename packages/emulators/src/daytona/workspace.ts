import { mkdirSync, realpathSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { daemonRefusal } from "./errors.ts";
import type { SandboxRow } from "./rows.ts";
import { SHELL } from "./process-group.ts";
import { MACHINE_VARIABLE } from "./strays.ts";

/** How the home folder is called in Daytona's own sandboxes; means ours here. */
const DAYTONA_HOME = "/home/daytona";

/** The sandbox's home folder, created if it isn't there. */
export function openWorkspace(dataDir: string, sandboxId: string): string {
  const home = join(sandboxFolder(dataDir, sandboxId), "home");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

/** Deletes all that the sandbox left on disk; what can't be deleted now goes at the next start. */
export async function removeWorkspace(dataDir: string, sandboxId: string): Promise<void> {
  const folder = sandboxFolder(dataDir, sandboxId);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

/** Deletes the folders of sandboxes that are no more. */
export async function removeStrayWorkspaces(
  dataDir: string,
  isKnown: (sandboxId: string) => boolean,
): Promise<void> {
  const folders = await readdir(join(resolve(dataDir), "sandboxes")).catch((): string[] => []);
  await Promise.all(folders.filter((id) => !isKnown(id)).map((id) => removeWorkspace(dataDir, id)));
}

function sandboxFolder(dataDir: string, sandboxId: string): string {
  return join(resolve(dataDir), "sandboxes", sandboxId);
}

/**
 * A path of a request as a path on this machine: relative ones start at home, as do those under
 * `/home/daytona`. Links are followed before judging.
 *
 * @throws DaytonaRefusal 403 for a path outside the home folder.
 */
export function resolvePath(home: string, path: string): string {
  const inDaytona = path === DAYTONA_HOME || path.startsWith(DAYTONA_HOME + "/");
  const local = inDaytona ? `.${path.slice(DAYTONA_HOME.length)}` : path;
  const resolved = resolve(home, local);
  if (!isInside(home, resolved) || !isInside(realpathSync(home), realPath(resolved))) {
    throw daemonRefusal(403, `${path} is outside the sandbox's folder`, "FILE_ACCESS_DENIED");
  }
  return resolved;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(".." + sep) && !isAbsolute(way);
}

/** The path with links followed, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), path.slice(parent.length));
  }
}

/**
 * The environment of a sandbox's processes: nothing of this process's own but where programs are
 * found. Keeping the developer's secrets out is a convenience; it makes no security boundary.
 */
export function scrubbedEnv(
  sandbox: SandboxRow,
  home: string,
  { id: machineId, port }: { id: string; port: number },
  extra: Record<string, string> = {},
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    HOME: home,
    USER: "daytona",
    SHELL,
    LANG: "C.UTF-8",
    PORT: String(port),
    DAYTONA_SANDBOX_ID: sandbox.id,
    [MACHINE_VARIABLE]: machineId,
    ...sandbox.env,
    ...extra,
  };
}
