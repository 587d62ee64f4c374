import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder under the system's temporary one; the caller removes it. */
export function makeTempFolder(): string {
  return mkdtempSync(join(tmpdir(), "quaver-test-"));
}
