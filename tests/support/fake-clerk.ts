import { cpSync } from "node:fs";
import { join } from "node:path";
import {
  startClerkEmulator,
  type ClerkEmulator,
  type ClerkEmulatorOptions,
} from "@quaver/emulators";

/**
 * A second Clerk with the signing key of the one that `bun run dev` started: its tokens verify, but it tells the
 * backend nothing by webhook. For users whose row is not there, and for tokens the first one would not make.
 * @param dataDir of that `bun run dev`
 * @param folder for the copy of Clerk's data
 */
export async function startFakeClerk(
  dataDir: string,
  folder: string,
  settings: Omit<ClerkEmulatorOptions, "dataDir">,
): Promise<ClerkEmulator> {
  const isNotTheLock = (file: string) => !file.endsWith(".lock");
  cpSync(join(dataDir, "clerk"), folder, { recursive: true, filter: isNotTheLock });
  return await startClerkEmulator({ dataDir: folder, ...settings });
}
