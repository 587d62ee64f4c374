import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { fileURLToPath } from "node:url";
import { hasColours } from "./paint.ts";

/** The repository's root, which every path in these scripts starts from. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * What `bin/main.js` of the convex package imports. Run by itself it starts in half the CPU time: Node need not look for
 * the named exports of a CommonJS module of 6 MB.
 */
const CLI = fileURLToPath(
  new URL("../../node_modules/convex/dist/cli.bundle.cjs", import.meta.url),
);
/** Preloaded into a child process, so that it does not outlive this one. */
export const EXIT_WITH_PARENT = fileURLToPath(new URL("./exit-with-parent.js", import.meta.url));

/** A deployment as the official CLI reaches it. */
export interface Target {
  /** The deployment's address, such as `http://127.0.0.1:3210`. */
  url: string;
  /** Full access to it: keep it out of logs. */
  adminKey: string;
}

/** Variables by which the CLI would choose some other deployment than the one given. */
const OTHER_SELECTIONS = ["CONVEX_DEPLOYMENT", "CONVEX_DEPLOY_KEY", "CONVEX_AGENT_MODE"];

/** The environment that makes the official CLI talk to `target`, and to no other deployment. */
export function cliEnvironment(target: Target): NodeJS.ProcessEnv {
  // Emptied, not removed: the CLI fills in what is missing from `.env.local`.
  const emptied = Object.fromEntries(OTHER_SELECTIONS.map((name) => [name, ""]));
  return {
    ...process.env,
    ...emptied,
    CONVEX_SELF_HOSTED_URL: target.url,
    CONVEX_SELF_HOSTED_ADMIN_KEY: target.adminKey,
    // Keeps the CLI from reporting its errors to an outside host; it would also take the colours away.
    CI: "1",
    ...(hasColours(process.stderr) && { FORCE_COLOR: "1" }),
    NO_PROXY: ["127.0.0.1", "localhost", process.env.NO_PROXY].filter(Boolean).join(","),
  };
}

/** How a call of the CLI runs. */
export interface CliOptions {
  /** Where it looks for `convex.json` and writes `.env.local`; the repository's root unless given. */
  cwd?: string;
  /** Its stdout and stderr; `"inherit"` unless given. */
  output?: StdioOptions & ("inherit" | "pipe" | number)[];
}

/**
 * Starts the official Convex CLI under Node against `target`. It can't prompt (its stdin is a pipe), and it
 * ends when this process does, even by `kill -9`: that closes the pipe.
 */
export function spawnConvex(
  target: Target,
  args: string[],
  options: CliOptions = {},
): ChildProcess {
  const [stdout = "inherit", stderr = "inherit"] = options.output ?? [];
  return spawn(nodePath(), ["--import", EXIT_WITH_PARENT, CLI, ...args], {
    cwd: options.cwd ?? ROOT,
    env: cliEnvironment(target),
    stdio: ["pipe", stdout, stderr],
  });
}

/** Node, which the CLI and Vite need; these scripts themselves run under Bun. */
export function nodePath(): string {
  return "Bun" in globalThis ? "node" : process.execPath;
}

/** What a finished call of the CLI said. */
export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the CLI to its end and collects what it says. */
export async function runConvex(
  target: Target,
  args: string[],
  options: { cwd?: string; timeoutMs?: number } = {},
): Promise<CliResult> {
  const { cwd, timeoutMs } = options;
  const child = spawnConvex(target, args, {
    output: ["pipe", "pipe"],
    ...(cwd !== undefined && { cwd }),
  });
  return await collect(child, args, timeoutMs);
}

/** The same against whichever deployment the CLI finds by itself: by the shell, or by `.env.local` of this clone. */
export async function runAmbientConvex(args: string[]): Promise<CliResult> {
  const child = spawn(nodePath(), ["--import", EXIT_WITH_PARENT, CLI, ...args], {
    cwd: ROOT,
    env: { ...process.env, CI: "1" }, // see `cliEnvironment`
    stdio: ["pipe", "pipe", "pipe"],
  });
  return await collect(child, args);
}

async function collect(
  child: ChildProcess,
  args: string[],
  timeoutMs = 120_000,
): Promise<CliResult> {
  const result: CliResult = { code: null, stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (result.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (result.stderr += text));
  const timer = setTimeout(() => {
    result.stderr += `\n(stopped: \`convex ${args.join(" ")}\` took longer than ${timeoutMs} ms)`;
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    result.code = await exitOf(child);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves with the exit code once the process is gone and its output read; null when a signal ended it. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}
