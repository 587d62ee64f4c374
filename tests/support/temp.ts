import { rmSync } from "node:fs";
import { onTestFinished } from "vitest";
import { makeTempFolder } from "./folders.ts";

export { makeTempFolder };

/** A new folder that is gone when the running test is over. */
export function tempFolder(): string {
  const folder = makeTempFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
