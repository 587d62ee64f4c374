import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { CommandFailure, messageOf } from "../../lib/failure.ts";
import type { Variables } from "../convex/variables.ts";

/** One of these names a model that the launcher can use; see packages/agent/README.md. */
const NAMES_A_MODEL = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "QUAVER_MODEL_BASE_URL"];

/** What Convex keeps of a variable, in bytes. */
const MAX_BYTES = 8 * 1024;

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/;

/** The backend's own names, which AGENT_ENV may not have. */
const RESERVED = /^QUAVER_(?!MODEL(_|$))/;

/**
 * Reads a file of `NAME=VALUE` lines, for `AGENT_ENV`. Empty lines and those that begin with `#` don't count.
 *
 * @throws CommandFailure `MODEL_ENV`, without a word of what is in the file: keys are
 */
export function readModelEnv(file: string): Variables {
  const text = readText(file);
  text
    .split(/\r?\n/)
    .forEach((line, index) => checkLine(line.trim(), `${file}, line ${index + 1}`));
  const read = Object.entries(parseEnv(text));
  const variables = Object.fromEntries(
    read.flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  if (!NAMES_A_MODEL.some((name) => name in variables)) {
    throw refused(`${file} names no model: it needs ${NAMES_A_MODEL.join(" or ")}.`);
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > MAX_BYTES) {
    throw refused(`${file} is too long: Convex keeps ${MAX_BYTES} bytes of a variable.`);
  }
  return variables;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw refused(`${file} can't be read: ${messageOf(error)}`, error);
  }
}

function checkLine(line: string, where: string): void {
  if (line === "" || line.startsWith("#")) return;
  const [, name] = LINE.exec(line) ?? [];
  if (name === undefined) throw refused(`${where}: a line is like ANTHROPIC_API_KEY=sk-ant-…`);
  if (RESERVED.test(name)) {
    throw refused(
      `${where}: ${name} is the backend's own name. Of QUAVER_…, only QUAVER_MODEL… is free.`,
    );
  }
}

function refused(message: string, cause?: unknown): CommandFailure {
  return new CommandFailure("MODEL_ENV", message, { cause });
}
