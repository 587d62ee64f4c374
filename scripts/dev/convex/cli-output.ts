/** What of the official CLI's output a person need not read, and what is said instead. */
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "../../lib/convex-cli.ts";
import { paintFor, type Paint } from "../../lib/paint.ts";
import { refusalIn } from "./refusals.ts";

/**
 * Said at every start and every push; where that is, and that it worked, is said otherwise. The last three come of
 * `--trace-events`.
 */
const NOISE = [
  /^▌/,
  /^- Preparing to watch files/,
  /^Filesystem changed during push, retrying\.\.\.$/,
  /^Processing \w+ /,
  /^Waiting for .* to quiesce\.\.\.$/,
  /^Received an overlapping event at /,
];

/** `--trace-events`: a file that the functions are made of was saved. The CLI waits half a second for others, and pushes. */
const SAVED = /^(?<path>.+?) (?:added|deleted|modified \(.*\)), rebuilding\.\.\.$/;

const PUSHING = "- Preparing Convex functions";

/** Ends a push. The first one only repeats what has been announced. */
const PUSHED = "Convex functions ready!";

/** What follows a refusal: a frame of its stack, or the empty line after one. */
const STACK = /^(\s+at .*)?$/;

/** What the lines are read with. */
export interface ReadingOptions {
  /** Where the CLI runs: its paths are relative to that. */
  cwd?: string;
  /** Told when a push begins. */
  onPush?: () => void;
  /** In milliseconds. */
  now?: () => number;
}

/** Makes a filter of lines, that returns what to show of each: null for nothing. A refusal is one line, without its stack. */
export function readableLines(options: ReadingOptions = {}): (line: string) => string | null {
  const { cwd = ROOT, onPush = () => undefined, now = () => performance.now() } = options;
  let started = false;
  let inRefusal = false;
  let isSaid = false; // the push that the CLI is about to begin
  let since = 0;
  let last = "";

  const begin = (what: string): string => {
    [started, isSaid] = [true, true];
    since = now();
    onPush();
    return `Pushing${what} …`;
  };

  /** Of a line about a push; undefined when it is about something else. */
  const readPush = (text: string, paint: Paint): string | null | undefined => {
    const { path } = SAVED.exec(text)?.groups ?? {};
    if (path !== undefined) return begin(` ${relative(ROOT, resolve(cwd, path))}`);
    if (text.startsWith(PUSHING)) {
      const said = started && !isSaid ? begin("") : null;
      isSaid = false;
      return said;
    }
    if (!text.includes(PUSHED)) return undefined;
    const seconds = ((now() - since) / 1_000).toFixed(1);
    const said = started ? `${paint("green", "✔")} Pushed in ${seconds} s.` : null;
    started = true;
    return said;
  };

  return (line) => {
    const plain = stripVTControlCharacters(line);
    const paint = paintFor({ isTTY: plain !== line }, {});
    if (inRefusal && STACK.test(plain)) return null;
    const refusal = refusalIn(plain);
    inRefusal = refusal !== null;
    if (refusal !== null) return refusal.isPassedOn ? null : paint("grey", refusal.text);
    const text = plain.trim();
    const before = last;
    last = text;
    if (NOISE.some((noise) => noise.test(text))) return null;
    const push = readPush(text, paint);
    if (push !== undefined) return push;
    return text === "" && (!started || isStatus(before)) ? null : line;
  };
}

/** The CLI puts an empty line after each of these. */
function isStatus(text: string): boolean {
  return text.startsWith(PUSHING) || NOISE.some((noise) => noise.test(text));
}

/** Passes on what is to be shown of each line, as they come. */
export function passOn(from: Readable, to: NodeJS.WritableStream, options?: ReadingOptions): void {
  const readable = readableLines(options);
  createInterface(from).on("line", (line) => {
    const shown = readable(line);
    if (shown !== null) to.write(`${shown}\n`);
  });
}
