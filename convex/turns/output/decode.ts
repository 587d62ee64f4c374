/**
 * From the bytes of an agent's output to the text that may be shown, as pure functions. Output is read from an offset
 * on, again and again. What can't be shown yet is left for the next read: half a character, what may be the beginning of a
 * secret, and the beginning of a line of which it can't be told whether it is reasoning, a step or text.
 */
import { isUndecided } from "./answer";
import { cover, findSecrets, type Secrets } from "./masking";

/** How many bytes to read at a time, of an agent that has these secrets: what a transaction writes, and any of them. */
export function readLength({ longest }: Secrets, base = 64 * 1024): number {
  return base + 2 * MAX_UNIT_BYTES * longest;
}

const MAX_UNIT_BYTES = 3; // of UTF-8 for one UTF-16 unit
const NUL = 0;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Clean text, and from which byte each of its UTF-16 units came. */
interface Decoded {
  text: string;
  /** One more than the text has units: the last is where what was decoded ends. */
  origins: number[];
}

/** What `takeOutput` needs to know. */
interface Taking {
  secrets: Secrets;
  /** Nothing will follow: all of it is shown. */
  isEnd: boolean;
  /** As much was read as is read at a time: something is shown in any case. */
  isFull: boolean;
  /** The output begins within a line. */
  inLine: boolean;
}

/**
 * Takes from some output what can be shown: all but a character that is incomplete, what may be the beginning of a secret,
 * and the beginning of a line that may be reasoning, a step or text.
 *
 * @returns the text, clean and with the secrets covered, and how many bytes of the output that is. What is left out at
 *   the end is to be read again; never with `isFull` is it all
 */
export function takeOutput(output: Uint8Array, taking: Taking): { text: string; taken: number } {
  const { secrets, isEnd, isFull } = taking;
  const { text, origins } = decode(output, isEnd);
  const { covered, inside, pending } = findSecrets(text, secrets);
  const canEnd = (at: number) => inside[at] === 0 && (at === 0 || origins[at] !== origins[at - 1]);
  const end = isEnd ? text.length : lastEnd(text, { ...taking, pending, canEnd });
  const taken = origins[end] ?? 0;
  if (taken > 0 || !isFull) return { text: cover(text.slice(0, end), covered, secrets), taken };
  // Nothing but what may be secret: it is covered, as waiting for the rest would be for ever.
  covered.fill(1, pending);
  return {
    text: cover(text, covered, secrets),
    taken: text === "" ? output.length : (origins.at(-1) ?? 0),
  };
}

function lastEnd(
  text: string,
  rules: Taking & { pending: number; canEnd: (at: number) => boolean },
): number {
  const { pending, canEnd, isFull, inLine } = rules;
  const lastAllowed = (from: number) => {
    let end = from;
    while (end > 0 && !canEnd(end)) end -= 1;
    return end;
  };
  const most = lastAllowed(pending);
  let end = most;
  for (;;) {
    const line = end === 0 ? 0 : text.lastIndexOf("\n", end - 1) + 1;
    const isDecided = line === end || (line === 0 && inLine) || !isUndecided(text.slice(line, end));
    if (isDecided) return end === 0 && isFull ? most : end;
    end = lastAllowed(line);
  }
}

/** Decodes UTF-8, and cleans it, as `clean` does. Half a character, or half the end of a line, is left out. */
function decode(output: Uint8Array, isEnd: boolean): Decoded {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const origins: number[] = [];
  let text = "";
  let at = 0;
  while (at < output.length) {
    const next = sequenceEnd(output, at);
    const isCut = next === output.length && next - at < sequenceLength(output[at] ?? NUL);
    const after = output[at] === CARRIAGE_RETURN ? byteAfterNuls(output, next) : undefined;
    const isHalf = isCut || (output[at] === CARRIAGE_RETURN && after === undefined);
    if (isHalf && !isEnd) break;
    if (output[at] !== NUL && after !== LINE_FEED) {
      const units = decoder.decode(output.subarray(at, next));
      origins.push(...Array.from({ length: units.length }, () => at));
      text += units;
    }
    at = next;
  }
  origins.push(at);
  return { text, origins };
}

function byteAfterNuls(output: Uint8Array, from: number): number | undefined {
  let at = from;
  while (output[at] === NUL) at += 1;
  return output[at];
}

/** Where the UTF-8 sequence that begins at a byte ends: what follows can be decoded without it. */
function sequenceEnd(output: Uint8Array, at: number): number {
  const most = Math.min(output.length, at + sequenceLength(output[at] ?? 0));
  let end = at + 1;
  while (end < most && ((output[end] ?? 0) & 0xc0) === 0x80) end += 1;
  return end;
}

function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
