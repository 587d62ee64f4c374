import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { join } from "node:path";
import { exitOf, EXIT_WITH_PARENT, nodePath, ROOT } from "../../lib/convex-cli.ts";
import { installCompiler, TSC } from "../../lib/install.ts";
import { hasColours, paintFor } from "../../lib/paint.ts";
import type { Screen } from "../screen/checklist.ts";

/** What is checked. */
interface Project {
  /** The folder of its `tsconfig.json`. */
  folder: string;
  /** What the compiler remembers of the check before: with that it takes a fraction of the time. */
  buildInfo: string;
}

const FUNCTIONS: Project = {
  folder: join(ROOT, "convex"),
  buildInfo: join(ROOT, "node_modules/.cache/quaver/dev-types.json"),
};

/** Checks types, those of `convex/` unless told otherwise, beside the pushes, and shows the errors. They stop no push. */
export class TypeCheck {
  readonly #screen: Screen;
  readonly #project: Project;
  #running: ChildProcess | null = null;
  #generation = 0;
  #failed = false;

  constructor(screen: Screen, project = FUNCTIONS) {
    this.#screen = screen;
    this.#project = project;
  }

  /** Checks the files as they are now, instead of as they were at the last call. */
  async check(): Promise<void> {
    const generation = ++this.#generation;
    this.#running?.kill("SIGKILL");
    if (!existsSync(TSC)) this.#screen.write("Installing TypeScript, to check types …\n");
    if (!(await installCompiler())) {
      this.#screen.write("Types are not checked: TypeScript could not be installed.\n");
      return;
    }
    if (generation !== this.#generation) return;
    const { code, output } = await this.#run();
    if (generation !== this.#generation) return;
    const paint = paintFor(this.#screen);
    if (code !== 0) {
      this.#screen.write(`${paint("red", "✖")} Type errors, which stop no push:\n${output}\n`);
    } else if (this.#failed) {
      this.#screen.write(`${paint("green", "✔")} No type errors any more.\n`);
    }
    this.#failed = code !== 0;
  }

  /** Ends a check that runs. */
  close(): void {
    this.#generation++;
    this.#running?.kill("SIGKILL");
  }

  async #run(): Promise<{ code: number | null; output: string }> {
    const { folder, buildInfo } = this.#project;
    const pretty = String(hasColours(this.#screen));
    const flags = ["--noEmit", "--incremental", "--tsBuildInfoFile", buildInfo, "--pretty", pretty];
    const args = ["--import", EXIT_WITH_PARENT, TSC, "-p", folder, ...flags];
    const child = spawn(nodePath(), args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
    this.#running = child;
    // The push goes first.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    const code = await exitOf(child);
    return { code, output: output.trim() };
  }
}
