import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { ROOT, runConvex, spawnConvex, type CliResult } from "../../scripts/lib/convex-cli.ts";
import { within } from "./dev.ts";

/** The files of a project, by their paths in it. */
export type Files = Readonly<Record<string, string>>;

/** The CLI requires the dependency in package.json; it is resolved in the repository's own `node_modules`. */
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
  write(files: Files): void {
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

  /** Starts a command that runs until the test is over. */
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

  /** Pushes. @returns the CLI's exit code and output, also if it fails */
  async push(): Promise<CliResult> {
    return await this.convex("deploy", "--yes", "--typecheck", "disable", "--codegen", "disable");
  }

  /** Pushes. @throws Error when the push fails */
  async pushed(): Promise<void> {
    const { code, stdout, stderr } = await this.push();
    if (code !== 0) throw new Error(`the push failed: ${stdout}\n${stderr}`);
  }
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
