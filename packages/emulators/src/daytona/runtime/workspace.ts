import { mkdirSync, realpathSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { daemonError } from "../errors.ts";
import type { SandboxRow } from "../sandboxes/rows.ts";
import { SHELL } from "./process-group.ts";
import { RUN_VARIABLE } from "./detached-processes.ts";

/** The home folder in Daytona's sandboxes; here, it stands for the sandbox's home folder. */
const DAYTONA_HOME = "/home/daytona";

/** The sandbox's home folder, created if it isn't there. */
export function openWorkspace(dataDir: string, sandboxId: string): string {
  const home = join(sandboxFolder(dataDir, sandboxId), "home");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  return home;
}

/** Deletes the sandbox's folder; what can't be deleted now is deleted at the next start. */
export async function removeWorkspace(dataDir: string, sandboxId: string): Promise<void> {
  const folder = sandboxFolder(dataDir, sandboxId);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}

/** Deletes the folders of sandboxes that no longer exist. */
export async function removeOrphanedWorkspaces(
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
 * The path on this machine of a path in a request, which may be relative to the home folder, or below `/home/daytona`.
 * Symbolic links are followed.
 *
 * @throws DaytonaError 403 if the path is outside the home folder.
 */
export function resolvePath(home: string, path: string): string {
  const inDaytona = path === DAYTONA_HOME || path.startsWith(DAYTONA_HOME + "/");
  const local = inDaytona ? `.${path.slice(DAYTONA_HOME.length)}` : path;
  const resolved = resolve(home, local);
  if (!isInside(home, resolved) || !isInside(realpathSync(home), realPath(resolved))) {
    throw daemonError(403, `${path} is outside the sandbox's folder`, "FILE_ACCESS_DENIED");
  }
  return resolved;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(".." + sep) && !isAbsolute(way);
}

/** The path, with symbolic links followed as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), path.slice(parent.length));
  }
}

/**
 * The environment of a sandbox's processes. Of this process's own, it has only `PATH`, so that the developer's secrets
 * stay out of it. That is no security boundary: the processes run as the same user.
 */
export function sandboxEnv(
  sandbox: SandboxRow,
  home: string,
  { runId, port }: { runId: string; port: number },
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
    [RUN_VARIABLE]: runId,
    ...sandbox.env,
    ...extra,
  };
}
