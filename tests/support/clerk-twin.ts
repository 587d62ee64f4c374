import { cpSync } from "node:fs";
import { join } from "node:path";
import { startClerkStandIn, type ClerkStandIn, type ClerkStandInOptions } from "@quaver/stand-ins";

/**
 * A second Clerk with the signing key of the one that `bun run dev` started: its tokens verify, but it tells the
 * backend nothing by webhook. For people whose row is not there, and for tokens the first one would not make.
 * @param dataDir of that `bun run dev`
 * @param folder for the copy of Clerk's data
 */
export async function startClerkTwin(
  dataDir: string,
  folder: string,
  settings: Omit<ClerkStandInOptions, "dataDir">,
): Promise<ClerkStandIn> {
  const isNotTheLock = (file: string) => !file.endsWith(".lock");
  cpSync(join(dataDir, "clerk"), folder, { recursive: true, filter: isNotTheLock });
  return await startClerkStandIn({ dataDir: folder, ...settings });
}
