/** Runs the dev script of an app for as long as its `package.json` has one, and again whenever it ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

/** How often the app is looked at. */
const LOOK_EVERY_MS = 250;

const MIN_PAUSE_MS = 500; // after the script has ended, doubled each time
const MAX_PAUSE_MS = 10_000;
const STEADY_MS = 30_000; // a script that has run for as long begins anew with the shortest pause
const KILL_AFTER_MS = 2000; // from SIGTERM to SIGKILL

/** Variables that the app's own server gets: none of them is a key. */
const PASSED_ON = ["PATH", "HOME", "USER", "SHELL", "LANG", "LC_ALL", "TERM", "TZ", "TMPDIR"];

/** What Daytona tells the sandbox's processes. Its emulator knows them by one of these. */
const SANDBOX_PREFIX = "DAYTONA_";

/** A supervised dev script. */
export interface DevScript {
  /** Whether the app has one. */
  isExpected(): boolean;
  /** The port on which it listens; null while it doesn't. */
  port(): number | null;
  close(): Promise<void>;
}

interface Run {
  child: ChildProcess;
  command: string;
  port: number;
  startedAt: number;
  isListening: boolean;
  ended: Promise<void>;
}

/**
 * Looks for a dev script in the folder, from now on. It is told by `PORT` on which port to listen.
 *
 * @param folder - the app's, which may not be there yet
 */
export function superviseDevScript(folder: string): DevScript {
  let run: Run | null = null;
  let command = devScriptOf(folder);
  let failures = 0;
  let startAt = 0;
  let isClosed = false;

  const start = async (script: string): Promise<void> => {
    startAt = Infinity; // not again before this one has ended
    const port = await freePort();
    const env = Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => PASSED_ON.includes(name) || name.startsWith(SANDBOX_PREFIX),
      ),
    );
    const child = spawn("npm", ["run", "--silent", "dev"], {
      cwd: folder,
      env: { ...env, PORT: String(port), HOST: "127.0.0.1", BROWSER: "none" },
      detached: true, // a process group of its own, which ends as a whole
      stdio: "ignore",
    });
    const ended = new Promise<void>((resolve) => {
      child.once("error", () => resolve()).once("exit", () => resolve());
    });
    const started: Run = {
      ...{ child, command: script, port, ended },
      ...{ startedAt: Date.now(), isListening: false },
    };
    run = started;
    await ended;
    if (run === started) run = null;
    failures = Date.now() - started.startedAt >= STEADY_MS ? 0 : failures + 1;
    startAt = Date.now() + Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** (failures - 1));
  };

  const look = async (): Promise<void> => {
    const before = command;
    command = devScriptOf(folder);
    if (command !== before) startAt = 0;
    if (run !== null && run.command !== command) await end(run);
    if (run !== null) run.isListening ||= await isListening(run.port);
    else if (command !== null && Date.now() >= startAt) void start(command);
  };

  const watch = async (): Promise<void> => {
    while (!isClosed) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const watching = watch();
  return {
    isExpected: () => command !== null,
    port: () => (run?.isListening === true ? run.port : null),
    close: async () => {
      isClosed = true;
      await watching;
      if (run !== null) await end(run);
    },
  };
}

/**
 * The dev script of the app's `package.json`; null when there is none, it can't be read as JSON at the moment, or what it
 * depends on was not installed: until then the files are served as they are.
 */
function devScriptOf(folder: string): string | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const { scripts, dependencies, devDependencies } = manifest as Record<string, object>; // anything else throws
    const { dev } = scripts as { dev?: unknown };
    const needed = Object.keys({ ...dependencies, ...devDependencies });
    if (needed.length > 0 && !existsSync(join(folder, "node_modules"))) return null;
    return typeof dev === "string" ? dev : null;
  } catch {
    return null;
  }
}

async function end({ child, ended }: Run): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // It has ended by itself.
    }
  };
  signal("SIGTERM");
  const timer = setTimeout(() => signal("SIGKILL"), KILL_AFTER_MS);
  await ended;
  clearTimeout(timer);
  signal("SIGKILL"); // what it has left behind
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo; // it listens on a port
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, "localhost");
    const settle = (found: boolean) => {
      probe.destroy();
      resolve(found);
    };
    probe.once("connect", () => settle(true)).once("error", () => settle(false));
  });
}
