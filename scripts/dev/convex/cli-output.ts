/** What of the official CLI's output a person need not read. */
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { ConvexError, type Value } from "convex/values";
import { isQuaverError } from "../../../convex/lib/errors.ts";

/**
 * Said at every start and every push; where that is, and that it worked, is said otherwise. How long the types took is
 * for those who can make them faster: most of it is Daytona's SDK.
 */
const NOISE = [
  /^▌/,
  /^- Preparing Convex functions/,
  /^- Preparing to watch files/,
  /^Typechecking took /,
];

/** Ends a push. The first one only repeats what has been announced. */
const PUSHED = "Convex functions ready!";

/** A function that threw a ConvexError. An action that passes one on says so twice; the function that it called has been logged. */
const THREW =
  /^(?<time>.+) \[CONVEX \w\((?<path>.+?)\)\] Uncaught ConvexError: (?<again>Uncaught ConvexError: )?(?<data>\{.*\})$/;

/** What follows that: a frame of its stack, or the empty line after one. */
const STACK = /^(\s+at .*)?$/;

const [GREY, DEFAULT_COLOUR] = ["\u001b[90m", "\u001b[39m"];

/** Makes a filter of lines, that returns what to show of each: null for nothing. A refusal is one line, without its stack. */
export function readableLines(): (line: string) => string | null {
  let started = false;
  let inRefusal = false;
  return (line) => {
    const plain = stripVTControlCharacters(line);
    if (inRefusal && STACK.test(plain)) return null;
    const refusal = refusalIn(plain);
    inRefusal = refusal !== null;
    if (refusal !== null) {
      if (refusal.isPassedOn) return null;
      return plain === line ? refusal.text : `${GREY}${refusal.text}${DEFAULT_COLOUR}`;
    }
    const text = plain.trim();
    if (NOISE.some((noise) => noise.test(text))) return null;
    if (started) return line;
    started = text.includes(PUSHED);
    return started || text === "" ? null : line;
  };
}

/** A call that a function refused, as the backend refuses calls; null when the line is something else. */
function refusalIn(line: string): { text: string; isPassedOn: boolean } | null {
  const { time, path, again, data } = THREW.exec(line)?.groups ?? {};
  const error = new ConvexError(parsed(data));
  if (!isQuaverError(error)) return null;
  const { code, message } = error.data;
  return { text: `${time} ${path} refused: ${code} ${message}`, isPassedOn: again !== undefined };
}

function parsed(json: string | undefined): Value {
  try {
    return JSON.parse(json ?? "null") as Value; // JSON is among what Convex can store
  } catch {
    return null;
  }
}

/** Passes on what is to be shown of each line, as they come. */
export function passOn(from: Readable, to: NodeJS.WritableStream): void {
  const readable = readableLines();
  createInterface(from).on("line", (line) => {
    const shown = readable(line);
    if (shown !== null) to.write(`${shown}\n`);
  });
}
