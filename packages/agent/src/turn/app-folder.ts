import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { TurnError } from "./turn-error.ts";

/**
 * Makes the app's folder ready: puts the template into it when it is empty, and makes it a git repository. By that,
 * opencode takes it for the whole project, whatever is in the folders above.
 *
 * @throws TurnError when the disk can't be written
 */
export function prepareAppFolder(app: string, template: string): void {
  try {
    mkdirSync(app, { recursive: true });
    if (readdirSync(app).every((name) => name === ".git")) {
      cpSync(template, app, { recursive: true, verbatimSymlinks: true });
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TurnError(`The app's folder could not be made: ${why}`);
  }
  if (existsSync(join(app, ".git"))) return;
  // Without git, opencode needs no more than the folder.
  const { status } = spawnSync("git", ["init", "--quiet", app], { stdio: "ignore" });
  if (status !== 0) mkdirSync(join(app, ".git"), { recursive: true });
}
