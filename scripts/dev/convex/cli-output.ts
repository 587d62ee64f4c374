/** What of the official CLI's output a person need not read. */
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";

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

/** Makes a filter of lines: true for those to show. */
export function readableLines(): (line: string) => boolean {
  let started = false;
  return (line) => {
    const text = stripVTControlCharacters(line).trim();
    if (NOISE.some((noise) => noise.test(text))) return false;
    if (started) return true;
    started = text.includes(PUSHED);
    return !started && text !== "";
  };
}

/** Passes on the lines that are to be shown, as they come. */
export function passOn(from: Readable, to: NodeJS.WritableStream): void {
  const isShown = readableLines();
  createInterface(from).on("line", (line) => {
    if (isShown(line)) to.write(`${line}\n`);
  });
}
