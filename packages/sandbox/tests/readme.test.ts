/** The README's example runs, and its table has all errors. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { SandboxErrorCode } from "../src/index.ts";
import { SandboxError } from "../src/index.ts";
import { aDaytona } from "./support.ts";

const readHere = (path: string) => readFileSync(join(import.meta.dirname, path), "utf8");
const readme = readHere("../README.md");

/** Runs the example. @returns what it prints on stdout */
async function runExample(daytona: { url: string; apiKey: string }): Promise<string> {
  const example = join(import.meta.dirname, "../example.ts");
  const child = spawn("npx", ["--yes", "bun@1", example], {
    env: { ...process.env, DAYTONA_API_URL: daytona.url, DAYTONA_API_KEY: daytona.apiKey },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(await ended, errors).toEqual([0, null]);
  return out;
}

test("the example is the one that is type-checked", () => {
  expect(readme).toContain(`\`\`\`ts\n${readHere("../example.ts")}\`\`\``);
});

test("the example runs, and runs again in the same sandbox", { timeout: 60_000 }, async () => {
  const daytona = await aDaytona();
  const printed = /^Hello, Ada!\nindex\.html: http:\/\/\S+\n$/;
  expect(await runExample(daytona)).toMatch(printed);
  expect(await runExample(daytona)).toMatch(printed);
  const created = daytona.faults.calls().filter(({ method, path }) => {
    return method === "POST" && path === "/sandbox";
  });
  expect(created).toHaveLength(2); // the second is refused: the name is taken
});

test("the table has every error, and says rightly whether it is retryable", () => {
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (yes|no) /gm)];
  for (const [, code, retryable] of rows) {
    // What is no code fails the comparison below.
    const error = new SandboxError(code as SandboxErrorCode, "");
    expect([code, retryable]).toEqual([code, error.retryable ? "yes" : "no"]);
  }
  const codes = [...readHere("../src/errors.ts").matchAll(/^ {2}([A-Z_]+): (?:true|false),$/gm)];
  expect(rows.map(([, code]) => code)).toEqual(codes.map(([, code]) => code));
});
