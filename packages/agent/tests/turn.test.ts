/** A turn of the launcher: what opencode is given, what is printed, and how a turn ends that goes wrong. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aHome, events } from "./fake-opencode.ts";

const { created, asked, says, uses, retries, fails } = events;

test("an answer, its reasoning and its steps are printed in the backend's protocol", async () => {
  const { app, turn } = aHome();
  const { code, stdout } = await turn([
    created(),
    asked("A poll"),
    says("reasoning", "prt_2", "What fits ", "is a poll.\nThree files", " will do."),
    says("text", "prt_3", "I'm making ", "a **poll**."),
    uses("write", { filePath: join(app, "src/main.js"), content: "" }),
    uses(
      "bash",
      { command: "npm install vite\nls" },
      { status: "completed", metadata: { exit: 1 } },
    ),
    says("text", "prt_4", "It is ready."),
  ]);
  expect(code).toBe(0);
  expect(stdout.split("\n")).toEqual([
    "::reasoning:: What fits is a poll.",
    "::reasoning:: Three files will do.",
    "I'm making a **poll**.",
    '::step:: {"title":"Wrote src/main.js","status":"running"}',
    '::step:: {"title":"Wrote src/main.js","status":"done"}',
    '::step:: {"title":"Ran npm install vite …","status":"running"}',
    '::step:: {"title":"Ran npm install vite …","status":"failed"}',
    "",
    "It is ready.",
    "",
  ]);
});

test("a prompt reaches opencode as it is, whatever is in it", async () => {
  const { turn, app } = aHome();
  const prompt = `--model x\n$(touch /tmp/x) 'quoted' ${"long ".repeat(20_000)}`;
  const { given } = await turn([created()], { prompt });
  expect(given?.stdin).toBe(prompt);
  expect(given?.args.join(" ")).toBe(
    "run --format json --model anthropic/claude-sonnet-5 --title App",
  );
  expect([given?.cwd, given?.env.PWD]).toEqual([app, app]);
  expect(given?.env).not.toHaveProperty("QUAVER_PROMPT");
});

test("the project's conversation goes on, also after a turn that failed; a lost one begins anew", async () => {
  const { turn } = aHome();
  await turn([created(), fails(500, "Internal error")], { script: "process.exit(1)" });
  expect((await turn([])).given?.args.slice(-2)).toEqual(["--session", "ses_1"]);
  const lost = await turn([], {
    script: `if (process.argv.includes("--session")) { console.error("Error: Session not found"); process.exit(1); }`,
  });
  expect(lost.code).toBe(0);
  expect(lost.given?.args).toContain("--title");
});

test("an empty app's folder gets the template, a used one is left as it is", async () => {
  const { turn, app } = aHome();
  await turn([created()]);
  expect(readFileSync(join(app, "AGENTS.md"), "utf8")).toContain("PORT");
  expect(existsSync(join(app, ".git"))).toBe(true);
  rmSync(join(app, "AGENTS.md"));
  writeFileSync(join(app, "index.html"), "mine");
  await turn([]);
  expect(existsSync(join(app, "AGENTS.md"))).toBe(false);
  expect(readFileSync(join(app, "index.html"), "utf8")).toBe("mine");
});

test.each([
  ["Anthropic", { QUAVER_MODEL: "claude-x" }, "anthropic/claude-x", { apiKey: "sk-ant-secret" }],
  [
    "OpenAI",
    { OPENAI_API_KEY: "sk-o", QUAVER_MODEL: "openai/gpt-x" },
    "openai/gpt-x",
    { apiKey: "sk-o" },
  ],
  [
    "any other service",
    {
      QUAVER_MODEL_BASE_URL: "http://127.0.0.1:9/v1/",
      QUAVER_MODEL_API_KEY: "k",
      QUAVER_MODEL: "m/1",
    },
    "quaver/m/1",
    { apiKey: "k", baseURL: "http://127.0.0.1:9/v1" },
  ],
])("the environment names a model of %s", async (_, env, model, options) => {
  const { given } = await aHome().turn([created()], { env });
  const config = JSON.parse(given?.env.OPENCODE_CONFIG_CONTENT ?? "{}") as Record<string, unknown>;
  expect(config).toMatchObject({ model, autoupdate: false, share: "disabled" });
  expect(Object.values(config.provider as object)).toMatchObject([{ options }]);
});

test.each([
  [
    { ANTHROPIC_API_KEY: "" },
    78,
    /No model is set up: there is no ANTHROPIC_API_KEY, no OPENAI_API_KEY/,
  ],
  [{ QUAVER_MODEL: "openai/gpt-x" }, 78, /there is no OPENAI_API_KEY/],
  [{ QUAVER_MODEL_BASE_URL: "http://127.0.0.1:9/v1" }, 78, /QUAVER_MODEL is not set/],
  [{ QUAVER_MODEL_BASE_URL: "localhost", QUAVER_MODEL: "m" }, 78, /is no address/],
  [{ QUAVER_MODEL_RETRIES: "many" }, 78, /QUAVER_MODEL_RETRIES is "many"/],
  [{ QUAVER_OPENCODE: "/nowhere/opencode" }, 127, /there is no opencode at \/nowhere\/opencode/],
])("a turn that can't begin says why: %j", async (env, code, words) => {
  const turn = await aHome().turn([], { env });
  expect(turn.code).toBe(code);
  expect(turn.words.join("\n")).toMatch(words);
  expect(turn.given).toBeUndefined();
});

const WAITS = "setInterval(() => {}, 1000)"; // as opencode does between two tries

test.each([
  [
    "a wrong key",
    [fails(401, "Incorrect API key")],
    "process.exit(1)",
    /key was refused.*AGENT_ENV/,
  ],
  [
    "no such model",
    [fails(404, "The model x does not exist")],
    "process.exit(1)",
    /no such model.*QUAVER_MODEL/,
  ],
  [
    "a used-up quota, at once",
    [retries(1, "You exceeded your current quota")],
    WAITS,
    /quota is used up/,
  ],
  [
    "a rate limit",
    [1, 2, 3, 4].map((n) => retries(n, "Rate limit reached")),
    WAITS,
    /too often.*asked 4 times/,
  ],
  [
    "a lost connection",
    [1, 2, 3, 4].map((n) => retries(n, "The socket was closed")),
    WAITS,
    /connection to the model broke/,
  ],
])("%s ends the turn, in words", async (_, lines, script, words) => {
  const turn = await aHome().turn([created(), ...lines], { script });
  expect(turn.code).toBe(1);
  expect(turn.words[0]).toMatch(words);
});

test("a request that succeeds the second time is no failure", async () => {
  const { turn } = aHome();
  const lines = [
    created(),
    retries(1, "Rate limit reached"),
    asked("x"),
    says("text", "prt_2", "Done."),
  ];
  expect(await turn(lines)).toMatchObject({ code: 0, stdout: "Done.\n" });
});

test("an answer without an end is stopped", async () => {
  const { turn } = aHome();
  const env = { QUAVER_MODEL_MAX_ANSWER: "1000" };
  const lines = [
    created(),
    asked("x"),
    says("text", "prt_2", ...Array<string>(200).fill("on and on ")),
  ];
  const { code, stdout, words } = await turn(lines, { env, script: WAITS });
  expect(code).toBe(1);
  expect(stdout.length).toBeLessThan(1100);
  expect(words[0]).toMatch(/did not end: it was stopped after 1000 characters/);
});

test("what opencode itself says is passed on when nothing else is known, with its exit code", async () => {
  const script = `console.error("\\u001b[91mError:\\u001b[0m the disk is full"); process.exit(3)`;
  const { code, words } = await aHome().turn([created()], { script });
  expect(code).toBe(3);
  expect(words).toEqual(["Error: the disk is full", "The coding agent ended with an error."]);
});

test("told to end, it ends opencode", async () => {
  const script = `process.kill(process.ppid, "SIGTERM"); ${WAITS}`;
  const { code, words } = await aHome().turn([created()], { script });
  expect(code).toBe(143);
  expect(words).toEqual([""]);
});

test("what the agent has left running ends with the turn", async () => {
  const { turn, home } = aHome();
  const script = `
    const { spawn } = require("node:child_process");
    const left = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
    left.unref();
    writeFileSync(${JSON.stringify(join(home, "pid"))}, String(left.pid));`;
  expect((await turn([created()], { script })).code).toBe(0);
  expect(isRunning(readFileSync(join(home, "pid"), "utf8"))).toBe(false);
});

/** Whether a process runs; a zombie, which nobody has waited for, does not. */
function isRunning(pid: string): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}
