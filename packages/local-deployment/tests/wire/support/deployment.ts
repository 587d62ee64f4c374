import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";
import { TestDeployment } from "../../../../../tests/support/deployment.ts";

/** A folder that is gone when the running test, or the file outside of tests, is over. */
export function aFolder(scope: "test" | "file" = "test"): string {
  const folder = mkdtempSync(join(tmpdir(), "wire-"));
  const remove = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  if (scope === "file") afterAll(remove);
  else onTestFinished(remove);
  return folder;
}

/** A deployment with an empty folder, for one test. */
export async function aDeployment(dataDir = aFolder()): Promise<TestDeployment> {
  const deployment = await TestDeployment.start(dataDir);
  onTestFinished(async () => {
    await deployment.kill();
  });
  return deployment;
}
