import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new folder under the system's temporary one; the caller removes it. */
export function makeTempFolder(): string {
  return mkdtempSync(join(tmpdir(), "quaver-test-"));
}

/** A new folder that is gone when the running test is over. */
export function tempFolder(): string {
  const folder = makeTempFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
