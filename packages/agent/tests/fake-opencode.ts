/** The launcher as it is built, with a program in opencode's place that prints the events a test wants. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { buildAgent } from "../scripts/build.ts";

const built = mkdtempSync(join(tmpdir(), "quaver-agent-"));
beforeAll(() => buildAgent(built));
afterAll(() => rmSync(built, { recursive: true, force: true }));

const SESSION = "ses_1";
const MESSAGE = { id: "msg_2", sessionID: SESSION, role: "assistant" };

/** opencode's events, as opencode 1.18.33 was seen to send them. */
export const events = {
  created: () => event("session.created", { info: { id: SESSION } }),
  asked: (text: string) => [
    event("message.updated", { info: { id: "msg_1", sessionID: SESSION, role: "user" } }),
    part({ type: "text", id: "prt_1", messageID: "msg_1", text, time: { end: 1 } }),
    event("message.updated", { info: MESSAGE }),
  ],
  /** Words that come in pieces. */
  says: (type: "text" | "reasoning", id: string, ...pieces: string[]) => [
    part({ type, id, text: "", time: { start: 1 } }),
    ...pieces.map((delta) =>
      event("message.part.delta", { sessionID: SESSION, partID: id, field: "text", delta }),
    ),
    part({ type, id, text: pieces.join(""), time: { start: 1, end: 2 } }),
  ],
  uses: (tool: string, input: object, end: object = { status: "completed" }) => {
    const id = `prt_${tool}_${JSON.stringify(input)}`;
    const state = (more: object) => part({ type: "tool", id, tool, state: { input, ...more } });
    return [state({ status: "pending", input: {} }), state({ status: "running" }), state(end)];
  },
  retries: (attempt: number, message: string) =>
    event("session.status", {
      sessionID: SESSION,
      status: { type: "retry", attempt, message, next: Date.now() + 2000 },
    }),
  fails: (statusCode: number, message: string) =>
    event("session.error", {
      sessionID: SESSION,
      error: { name: "APIError", data: { message, statusCode } },
    }),
};

function event(type: string, properties: object): string {
  return `quaver:event ${JSON.stringify({ type, properties })}`;
}

function part(fields: object): string {
  return event("message.part.updated", {
    part: { sessionID: SESSION, messageID: MESSAGE.id, ...fields },
  });
}

/** How a turn ended. */
interface Turn {
  code: number | null;
  stdout: string;
  /** The lines of standard error. */
  words: string[];
  /** What opencode was given. */
  given: { args: string[]; stdin: string; env: Record<string, string>; cwd: string } | undefined;
}

/** A home folder, and turns in it. */
export function aHome() {
  const home = mkdtempSync(join(tmpdir(), "quaver-home-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return { home, app: join(home, "app"), turn: turnIn(home) };
}

/** @param script - JavaScript that runs in opencode's place, after what it was given was noted */
function turnIn(home: string) {
  return async (
    lines: (string | string[])[],
    { env = {}, script = "", prompt = "A poll" }: Partial<TurnOptions> = {},
  ): Promise<Turn> => {
    const program = join(home, "opencode");
    const given = join(home, "given.json");
    rmSync(given, { force: true });
    mkdirSync(home, { recursive: true });
    writeFileSync(program, fakeProgram(given, lines.flat(), script));
    chmodSync(program, 0o755);
    const child = spawn(process.execPath, [join(built, "quaver-agent.js")], {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        QUAVER_OPENCODE: program,
        QUAVER_PROMPT: prompt,
        ANTHROPIC_API_KEY: "sk-ant-secret",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    return {
      code,
      stdout,
      words: stderr.trim().split("\n"),
      given: existsSync(given)
        ? (JSON.parse(readFileSync(given, "utf8")) as NonNullable<Turn["given"]>)
        : undefined,
    };
  };
}

interface TurnOptions {
  env: Record<string, string>;
  script: string;
  prompt: string;
}

function fakeProgram(given: string, lines: string[], script: string): string {
  return `#!${process.execPath}
const { writeFileSync, readFileSync } = require("node:fs");
const stdin = readFileSync(0, "utf8");
writeFileSync(${JSON.stringify(given)}, JSON.stringify({ args: process.argv.slice(2), stdin, env: process.env, cwd: process.cwd() }));
for (const line of ${JSON.stringify(lines)}) console.log(line);
${script}
`;
}
