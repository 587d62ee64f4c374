/** The file of `bun run dev --model-env`: what it may say, and what is said of one that can't be used. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readModelEnv } from "../../scripts/dev/agent/model-env.ts";
import { parseOptions } from "../../scripts/dev/options.ts";
import { tempFolder } from "../support/temp.ts";

function aFile(text: string): string {
  const file = join(tempFolder(), "model.env");
  writeFileSync(file, text);
  return file;
}

test("its lines become variables of the agent, and ask for the real one", () => {
  const file = aFile(
    `# mine\n\nANTHROPIC_API_KEY="sk-ant-1"\nexport QUAVER_MODEL=claude\nEMPTY=\n`,
  );
  expect(parseOptions(["--model-env", file])).toMatchObject({
    agent: true,
    modelEnv: { ANTHROPIC_API_KEY: "sk-ant-1", QUAVER_MODEL: "claude" },
  });
});

test.each([
  ["a key alone", "sk-ant-secret\n", /line 1: a line is like ANTHROPIC_API_KEY=/],
  ["a name that is none", "OPENAI_API_KEY=k\nA B=sk-ant-secret\n", /line 2: a line is like/],
  [
    "the backend's name",
    "OPENAI_API_KEY=k\nQUAVER_PROMPT=x\n",
    /line 2: QUAVER_PROMPT is the backend's/,
  ],
  [
    "no model",
    "OTHER_KEY=sk-ant-secret\nOPENAI_API_KEY=\n",
    /names no model: it needs ANTHROPIC_API_KEY or/,
  ],
  ["too much", `OPENAI_API_KEY=${"k".repeat(9000)}\n`, /too long: Convex keeps 8192 bytes/],
])("%s is refused, without a word of what is in the file", (_, text, words) => {
  const read = () => readModelEnv(aFile(text));
  expect(read).toThrow(words);
  expect(read).not.toThrow(/sk-ant-secret/);
});

test("a file that is not there is refused", () => {
  expect(() => readModelEnv("/nowhere/model.env")).toThrow(/\/nowhere\/model.env can't be read/);
});
