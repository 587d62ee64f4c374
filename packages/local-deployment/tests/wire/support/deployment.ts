import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { TestDeployment } from "../../../../../tests/support/deployment.ts";
import { Project, type Files } from "../../../../../tests/support/project.ts";
import { copySnapshot, fixture, type Pushed } from "./snapshots.ts";

/** A first snapshot includes a push by the CLI, which takes long on a busy machine. */
const PUSHED_WITHIN_MS = 150_000;

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

/** A deployment on an empty folder, unless another is given, for one test. */
export async function aDeployment(
  dataDir = aFolder(),
  flags: readonly string[] = [],
): Promise<TestDeployment> {
  const deployment = await TestDeployment.start(dataDir, flags);
  onTestFinished(async () => {
    await deployment.kill();
  });
  return deployment;
}

/** A deployment to which these files have been pushed, for one test. */
export async function aPushedDeployment(
  files: Files,
  dataDir = aFolder(),
  flags: readonly string[] = [],
): Promise<TestDeployment> {
  await copySnapshot({ files }, dataDir);
  return await aDeployment(dataDir, flags);
}

/** A project with these files, for the official CLI. */
export function aProject(target: { url: string; adminKey: string }, files: Files = {}): Project {
  const project = new Project(aFolder(), target);
  project.write(files);
  return project;
}

/** What a test file runs against, from its first test to its last. */
interface PushedDeployment {
  readonly current: TestDeployment;
  /** The files that were pushed, for the official CLI. */
  readonly project: Project;
}

/**
 * One deployment for a test file, to which the fixture has been pushed.
 * @param flags further flags of its command line
 */
export function fixtureDeployment(flags: readonly string[] = []): PushedDeployment {
  return deploymentWith(fixture(), flags);
}

/** One deployment for a test file, to which these files have been pushed. */
export function pushedDeployment(files: Files): PushedDeployment {
  return deploymentWith({ files }, []);
}

function deploymentWith(pushed: Pushed, flags: readonly string[]): PushedDeployment {
  const holder: { deployment?: TestDeployment; project?: Project } = {};
  beforeAll(async () => {
    const dataDir = aFolder("file");
    await copySnapshot(pushed, dataDir);
    const deployment = await TestDeployment.start(dataDir, flags);
    holder.deployment = deployment;
    holder.project = new Project(aFolder("file"), deployment);
    holder.project.write(pushed.files);
  }, PUSHED_WITHIN_MS);
  afterAll(async () => {
    await holder.deployment?.kill();
  });
  return {
    get current() {
      return holder.deployment!;
    },
    get project() {
      return holder.project!;
    },
  };
}
