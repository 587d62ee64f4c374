import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { exitOf, ROOT } from "./convex-cli.ts";

/** Where TypeScript's compiler is. `bun run dev` installs only what runs, which that is no part of. */
export const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/**
 * Installs what is missing to check types, unless it is there: all packages of the lockfile.
 * @returns whether it is there now
 */
export async function installCompiler(): Promise<boolean> {
  if (existsSync(TSC)) return true;
  const child = spawn(process.execPath, ["install", "--frozen-lockfile", "--silent"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
  });
  await exitOf(child);
  return existsSync(TSC);
}
