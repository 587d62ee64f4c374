/**
 * Data folders of deployments that have been pushed to. A push by the official CLI takes seconds of CPU time, and a
 * start on a copied folder a fraction of one: suites that are not about pushing start from a copy.
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { TestDeployment } from "../../../../../tests/support/deployment.ts";
import { Project, setEnvironment, type Files } from "../../../../../tests/support/project.ts";
import { keySet } from "./tokens.ts";

const FIXTURE = fileURLToPath(new URL("../../fixture", import.meta.url));

/** What is pushed, and the variables that are set before. */
export interface Pushed {
  readonly files: Files;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The fixture, which `api.ts` has the types of. */
export function fixture(): Pushed {
  const files = readdirSync(FIXTURE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [relative(FIXTURE, path), readFileSync(path, "utf8")] as const);
  return {
    files: Object.fromEntries(files),
    environment: { JWKS: keySet(), LABEL: "of the app" },
  };
}

/** Copies the data folder of a deployment that the official CLI has pushed this to; it does so once per run. */
export async function copySnapshot(pushed: Pushed, dataDir: string): Promise<void> {
  const key = createHash("sha256").update(JSON.stringify(pushed)).digest("hex");
  const snapshot = join(inject("snapshots"), key);
  if (!existsSync(snapshot)) await makeSnapshot(pushed, snapshot);
  cpSync(snapshot, dataDir, { recursive: true });
}

async function makeSnapshot({ files, environment = {} }: Pushed, snapshot: string): Promise<void> {
  const dataDir = mkdtempSync(join(inject("snapshots"), "new-"));
  const deployment = await TestDeployment.start(dataDir);
  try {
    const project = new Project(mkdtempSync(join(inject("snapshots"), "project-")), deployment);
    project.write(files);
    await setEnvironment(deployment, environment);
    await project.pushed();
    await deployment.stop();
  } finally {
    await deployment.kill();
  }
  try {
    renameSync(dataDir, snapshot);
  } catch (error) {
    // Another worker has made the same one meanwhile.
    if (!existsSync(snapshot)) throw error;
  }
}
