/**
 * The scripts on real shells. Which program `sh` is depends on the image, so each test runs in bash and in dash,
 * where they are installed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  END_SCRIPT,
  READ_SCRIPT,
  RUN_SCRIPT_COMMAND,
  START_SCRIPT,
  SUPERVISOR_SCRIPT,
} from "../src/session-scripts.ts";
import { eventually } from "./support.ts";

const root = mkdtempSync(join(tmpdir(), "session-scripts-"));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

const SHELLS = ["bash", "dash"].flatMap((name) => {
  const [path] = [`/bin/${name}`, `/usr/bin/${name}`].filter(existsSync);
  return path === undefined ? [] : [[name, path] as const];
});
let made = 0;

/** A session in a home folder of its own, where `sh` is `shell`. */
function aSession(shell: string) {
  const home = join(root, `a home ${(made += 1)}`);
  const bin = join(home, "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(shell, join(bin, "sh"));
  const session = "turn-1";
  const run = (script: string, env: Record<string, string> = {}) => {
    const { status, stdout } = spawnSync(shell, [], {
      input: RUN_SCRIPT_COMMAND, // Daytona's daemon writes a command to the shell's standard input, too
      cwd: home,
      env: {
        PATH: `${bin}:${process.env.PATH ?? ""}`,
        HOME: home,
        QUAVER_SESSION_NAME: session,
        QUAVER_SESSION_SCRIPT: script,
        ...env,
      },
      timeout: 60_000,
      encoding: "utf8",
    });
    return { status, stdout };
  };
  const start = (command: string, env: Record<string, string> = {}) => {
    const values = Object.entries(env).map(
      ([name, value]) => [`QUAVER_SESSION_ENV_${name}`, value] as const,
    );
    const { stdout } = run(START_SCRIPT, {
      ...Object.fromEntries(values),
      QUAVER_SESSION_ENV: Object.keys(env).join(" "),
      QUAVER_SESSION_SUPERVISE: SUPERVISOR_SCRIPT,
      QUAVER_SESSION_COMMAND: command,
    });
    const id = /^quaver:started:(\w+)$/m.exec(stdout)?.[1];
    if (id === undefined) throw new Error(`The command was not started: ${stdout}`);
    return id;
  };
  const read = (id: string, offset = 0, limit = 100_000) => {
    const range = { QUAVER_SESSION_OFFSET: String(offset), QUAVER_SESSION_LIMIT: String(limit) };
    const { stdout } = run(READ_SCRIPT, { QUAVER_SESSION_ID: id, ...range });
    const part = (name: string) => {
      const [, text = ""] = new RegExp(`^quaver:${name}:\n([^:]*)^quaver`, "m").exec(stdout) ?? [];
      return Buffer.from(text, "base64");
    };
    return {
      code: /^quaver:(?:code:)?(.+)$/m.exec(stdout)?.[1],
      size: Number(/^quaver:size:(\d+)$/m.exec(stdout)?.[1]),
      output: part("output"),
      errors: part("errors").toString(),
    };
  };
  const ended = (id: string) =>
    eventually(() => {
      const progress = read(id);
      expect(progress.code).not.toBe("running");
      return progress;
    });
  return {
    home,
    folder: join(home, ".sessions", session),
    start,
    read,
    ended,
    end: () => run(END_SCRIPT),
    outcome: (command: string, env?: Record<string, string>) => ended(start(command, env)),
  };
}

/** The processes whose environment names a folder. */
function processesIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(folder);
    } catch {
      return false;
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Commands, with their exit codes, of the kinds that keep Daytona's own session commands from ending. */
const COMMANDS: [string, string, string][] = [
  ["calls exit", "echo a; exit 3", "3"],
  ["calls exec", "echo a; exec true", "0"],
  ["reads its standard input to the end", "echo a; cat", "0"],
  ["leaves a child that holds its output", "echo a; sleep 1000 &", "0"],
  ["leaves one in a process session of its own", "echo a; setsid sleep 1000 &", "0"],
  ["leaves one that ignores a hang-up", "echo a; nohup sleep 1000 & exit 4", "4"],
  ["leaves one that ignores SIGTERM", "echo a; (trap '' TERM; sleep 1000; sleep 1000) & exit", "0"],
  ["leaves one without its environment", "echo a; env -i setsid sleep 1000 &", "0"],
  ["leaves one whose parent has ended", "echo a; (setsid sh -c 'sleep 1000 &' &)", "0"],
  ["kills itself", "echo a; kill -KILL $$", "137"],
  ["kills its whole process group", "echo a; kill -KILL 0", "137"],
  ["is not there", "echo a; no-such-command", "127"],
  ["can't be run", "echo a; /", "126"],
];

describe.each(SHELLS)("where sh is %s", (_, shell) => {
  test.each(COMMANDS)("a command that %s ends", async (_what, command, code) => {
    const { outcome, folder } = aSession(shell);
    const progress = await outcome(command);
    expect([progress.code, progress.output.toString()]).toEqual([code, "a\n"]);
    await eventually(() => expect(processesIn(folder)).toEqual([]));
  });

  test("a command with a syntax error ends with the shell's error", async () => {
    const { code, errors } = await aSession(shell).outcome("echo 'a");
    expect(code).not.toBe("0");
    expect(errors).toMatch(/unexpected|unterminated/i);
  });

  test("output is kept byte by byte, without a newline at its end", async () => {
    const { outcome } = aSession(shell);
    const { output } = await outcome(String.raw`printf 'a\377\000b\r\n\342\202'`);
    expect([...output]).toEqual([97, 255, 0, 98, 13, 10, 226, 130]);
  });

  test("output can be read while the command runs, from any byte on", async () => {
    const { start, read, ended, home } = aSession(shell);
    const id = start("printf one; until [ -e go ]; do sleep 0.02; done; printf two");
    await eventually(() => expect(read(id).output.toString()).toBe("one"));
    expect(read(id)).toMatchObject({ code: "running", size: 3, errors: "" });
    execFileSync("touch", [join(home, "go")]);
    await ended(id);
    expect(read(id, 2, 2).output.toString()).toBe("et");
    expect(read(id, 6).output.toString()).toBe("");
    expect(read(id, 0, 0)).toMatchObject({ code: "0", size: 6 });
  });

  test("only the beginning of a large output is kept, and the command runs to its end", async () => {
    const { outcome, folder } = aSession(shell);
    const { code, size } = await outcome("head -c 30000000 /dev/zero; echo oh >&2; exit 5");
    expect(code).toBe("5");
    expect(size).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    expect(size).toBeLessThan(13 * 1024 * 1024);
    expect(existsSync(join(folder, "out.pipe"))).toBe(false);
  });

  test("only the end of standard error is kept", async () => {
    const { outcome, folder } = aSession(shell);
    const { errors } = await outcome("yes | head -c 30000000 >&2; echo the last words >&2");
    expect(errors).toMatch(/y\nthe last words\n$/);
    expect(errors).toHaveLength(2048);
    const kept = execFileSync("du", ["-sk", folder]).toString();
    expect(Number(kept.split("\t")[0])).toBeLessThan(12 * 1024);
  });

  test("variables reach only the command, even with names that the scripts use", async () => {
    const { outcome } = aSession(shell);
    const env = {
      dir: "a 'b'\n$c",
      name: "",
      IFS: "x",
      shell: "no",
      code: "7",
      PATH: "/usr/bin:/bin",
    };
    const command = `printf '%s|' "$dir" "$name" "$shell" "$code"; env | grep QUAVER`;
    const { output } = await outcome(command, env);
    expect(output.toString()).toMatch(
      /^a 'b'\n\$c\|\|no\|7\|QUAVER_SESSION=.*\/\.sessions\/turn-1\/\n$/,
    );
  });

  test("a command may be interrupted, as in a terminal", async () => {
    const { outcome } = aSession(shell);
    expect(await outcome("kill -INT $$; sleep 10")).toMatchObject({ code: "130" });
  });

  test("a command starts once, however often it is started", async () => {
    const { start, ended, home } = aSession(shell);
    const ids = [1, 2, 3].map(() => start("echo ran >>runs"));
    expect(new Set(ids).size).toBe(1);
    await ended(ids[0]!);
    expect(start("echo ran >>runs")).toBe(ids[0]);
    expect(readFileSync(join(home, "runs"), "utf8")).toBe("ran\n");
  });

  test("no other user can read the session's files", async () => {
    const { outcome, folder } = aSession(shell);
    await outcome("echo a", { KEY: "secret-key" });
    const modes = execFileSync("find", [
      folder,
      "-not",
      "-type",
      "l",
      "-printf",
      "%m\n",
    ]).toString();
    expect(modes).not.toMatch(/[1-7]$/m);
    expect(modes).not.toMatch(/[1-7].$/m);
    expect(spawnSync("grep", ["-rq", "secret-key", folder]).status).toBe(1);
  });

  test("a killed supervisor is detected, and not confused with another process of that id", async () => {
    const { start, read, end, folder } = aSession(shell);
    const id = start("exec sleep 1000");
    expect(read(id).code).toBe("running");
    process.kill(Number(id), "SIGKILL"); // as a restart of the sandbox does
    await eventually(() => expect(read(id).code).toBe("none"));
    expect(read(String(process.pid)).code).toBe("none");
    expect(end().stdout).toBe("quaver:ended\n");
    expect(processesIn(folder)).toEqual([]);
  });

  test("ending a session ends all of its processes, and it can't be started again", async () => {
    const { start, read, end, folder, home } = aSession(shell);
    const leave = "env -i setsid sh -c 'echo $$ >left; exec sleep 1000' & setsid sleep 1000 & ";
    const id = start(`${leave} (trap '' TERM; sleep 1000; sleep 1000)`);
    const left = await eventually(() => {
      const pid = Number(readFileSync(join(home, "left"), "utf8"));
      expect(pid).toBeGreaterThan(0);
      return pid;
    });
    expect(end().stdout).toBe("quaver:ended\n");
    expect(processesIn(folder)).toEqual([]);
    expect(isAlive(left)).toBe(false);
    expect(readdirSync(folder)).toEqual(["pid"]);
    expect(read(id).code).toBe("none");
    expect(start("echo ran >>runs")).toBe(id);
    expect(read(id).code).toBe("none");
    expect(end().stdout).toBe("quaver:ended\n");
  });

  test("a session that was ended before it started does not start", () => {
    const { start, read, end, home } = aSession(shell);
    expect(end().stdout).toBe("quaver:ended\n");
    const id = start("echo ran >>runs");
    expect(read(id).code).toBe("none");
    expect(existsSync(join(home, "runs"))).toBe(false);
  });
});
