/**
 * The agent of `bun run bench stream`: a prompt with "10000 bytes in 30 seconds" is answered with so many bytes at an
 * even pace. They are written in pieces that end within a line, each with the time at which it was written (ms since the
 * epoch, in angle brackets) at its end. Any other prompt is answered with nothing.
 */
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const STDOUT = 1;
const PIECES_PER_SECOND = 10;

const PROSE = `The board is drawn on a canvas now, with a "next" piece beside it.
Blocks fall a little faster every ten lines; the arrow keys move and turn them, and the space bar drops one at once.
I have kept the colours of the page.

What is left is the sound, which a browser plays only after somebody has pressed a key.
`;

const [, bytes = "0", seconds = "0"] =
  /(\d+) bytes in (\d+) seconds/.exec(process.env.QUAVER_PROMPT ?? "") ?? [];
const started = Date.now();
const pieces = Number(bytes) === 0 ? 0 : Number(seconds) * PIECES_PER_SECOND;
let said = 0;

/** The next characters of the prose, which begins again at its end. */
function prose(length) {
  const from = said % PROSE.length;
  said += length;
  return PROSE.repeat(Math.ceil(length / PROSE.length) + 1).slice(from, from + length);
}

for (let piece = 1; piece <= pieces; piece++) {
  await sleep(started + (piece * 1000) / PIECES_PER_SECOND - Date.now());
  const share = (count) => Math.floor((Number(bytes) * count) / pieces);
  const stamp = `<${String(Date.now())}>`;
  writeSync(STDOUT, prose(share(piece) - share(piece - 1) - stamp.length) + stamp);
}
await sleep(started + Number(seconds) * 1000 - Date.now());
