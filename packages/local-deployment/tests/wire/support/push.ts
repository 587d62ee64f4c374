import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import {
  ROOT,
  runConvex,
  spawnConvex,
  type CliResult,
} from "../../../../../scripts/lib/convex-cli.ts";
import { within } from "../../../../../tests/support/dev.ts";
import { TestDeployment } from "../../../../../tests/support/deployment.ts";
import { aFolder } from "./deployment.ts";
import { keySet } from "./tokens.ts";

/** The CLI bundles, and Node and the isolate import: seconds, on a machine that does nothing else. */
const PUSHED_WITHIN_MS = 150_000;

const FIXTURE = fileURLToPath(new URL("../../fixture", import.meta.url));

/** The CLI wants the dependency named; it is found through the repository's own `node_modules`. */
const PACKAGE = JSON.stringify({ name: "project", type: "module", dependencies: { convex: "*" } });

/** A Convex project in a folder of its own, which the official CLI works in. */
export class Project {
  constructor(
    readonly folder: string,
    private readonly target: { url: string; adminKey: string },
  ) {
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    this.write({ "package.json": PACKAGE });
  }

  /** Writes files, by their paths in the project. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Runs the official CLI to its end. */
  async convex(...args: string[]): Promise<CliResult> {
    return await runConvex(this.target, args, { cwd: this.folder, timeoutMs: 60_000 });
  }

  /** Starts a command that goes on until the test is over. */
  follow(...args: string[]): { until: (text: string) => Promise<void> } {
    const child = spawnConvex(this.target, args, { cwd: this.folder, output: ["pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    let changed: () => void = () => undefined;
    for (const output of [child.stdout, child.stderr]) {
      output?.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        changed();
      });
    }
    const until = (text: string) => {
      const found = new Promise<void>((resolve) => {
        changed = () => {
          if (said.includes(text)) resolve();
        };
        changed();
      });
      return within(30_000, text, found, () => said);
    };
    return { until };
  }

  /** Pushes. What the CLI says is the result, whether it worked or not. */
  async push(): Promise<CliResult> {
    return await this.convex("deploy", "--yes", "--typecheck", "disable", "--codegen", "disable");
  }

  /** Pushes, which must work. */
  async pushed(): Promise<void> {
    const { code, stdout, stderr } = await this.push();
    if (code !== 0) throw new Error(`the push failed: ${stdout}\n${stderr}`);
  }
}

/** A project with these files. */
export function aProject(
  target: { url: string; adminKey: string },
  files: Readonly<Record<string, string>> = {},
): Project {
  const project = new Project(aFolder(), target);
  project.write(files);
  return project;
}

/**
 * One deployment for a test file, with the fixture pushed by the official CLI before its first test.
 * @param flags further flags of its command line
 */
export function fixtureDeployment(flags: readonly string[] = []): PushedDeployment {
  return deploymentWith(async (project, deployment) => {
    cpSync(FIXTURE, project.folder, { recursive: true });
    await setEnvironment(deployment, { JWKS: keySet(), LABEL: "of the app" });
    await project.pushed();
  }, flags);
}

/** One deployment for a test file, with these files pushed by the official CLI before its first test. */
export function pushedDeployment(files: Readonly<Record<string, string>>): PushedDeployment {
  return deploymentWith(async (project) => {
    project.write(files);
    await project.pushed();
  });
}

/** What a test file runs against, from its first test to its last. */
interface PushedDeployment {
  readonly current: TestDeployment;
  readonly project: Project;
}

function deploymentWith(
  push: (project: Project, deployment: TestDeployment) => Promise<void>,
  flags?: Parameters<typeof TestDeployment.start>[1],
): PushedDeployment {
  const holder: { deployment?: TestDeployment; project?: Project } = {};
  beforeAll(async () => {
    const deployment = await TestDeployment.start(aFolder("file"), flags);
    holder.deployment = deployment;
    const project = new Project(aFolder("file"), deployment);
    holder.project = project;
    await push(project, deployment);
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

/** Sets variables as the CLI does. */
export async function setEnvironment(
  { url, adminKey }: { url: string; adminKey: string },
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const changes = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const response = await fetch(`${url}/api/update_environment_variables`, {
    method: "POST",
    headers: { authorization: `Convex ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify({ changes }),
  });
  if (!response.ok) throw new Error(await response.text());
}
