/**
 * Keeping the values of AGENT_ENV out of what the agent prints. The text is cleaned first, so that nothing is hidden
 * in it that is taken away later; then every character that belongs to a value is covered.
 */

const MIN_SECRET_LENGTH = 6; // UTF-16 units; a shorter value ("true", "eu") is in any text by chance

/** The secrets to find, and the character that masks them. */
export interface Secrets {
  patterns: readonly string[];
  /** A character that is in none of them, so that masking one never creates another. */
  cover: string;
  /** The length of the longest, in UTF-16 units. */
  longest: number;
}

/**
 * What of an environment is to be kept secret: each value as a whole, and each of its lines, as an answer may show
 * its lines separately. Short or blank values are not secret; of a value with short lines alone, the longest line is.
 */
export function secretsOf(env: Record<string, string>): Secrets {
  const patterns = new Set(Object.values(env).map(clean).flatMap(patternsOf));
  return {
    patterns: [...patterns],
    cover: coverFor([...patterns].join("")),
    longest: Math.max(0, ...[...patterns].map(({ length }) => length)),
  };
}

function patternsOf(value: string): string[] {
  if (value.length < MIN_SECRET_LENGTH || value.trim() === "") return [];
  const lines = value.split("\n").filter((line) => line.trim() !== "");
  const long = lines.filter(({ length }) => length >= MIN_SECRET_LENGTH);
  const longest = lines.reduce((one, other) => (other.length > one.length ? other : one), "");
  return [value, ...(long.length > 0 ? long : [longest])];
}

function coverFor(patterns: string): string {
  const covers = ["*", ...Array.from({ length: 0x100 }, (_, i) => String.fromCharCode(0x2500 + i))];
  return covers.find((cover) => !patterns.includes(cover)) ?? " ";
}

/** Text without NULs, with `\n` at the ends of lines, and without halves of characters. */
export function clean(text: string): string {
  return text
    .replaceAll("\0", "")
    .replaceAll("\r\n", "\n")
    .replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * Covers the secrets in a text that has been cleaned. It keeps its length, and its lines.
 *
 * @param goesOn - more may follow: then what may be the beginning of a secret is covered too
 */
export function maskSecrets(text: string, secrets: Secrets, goesOn = false): string {
  const { covered, pending } = findSecrets(text, secrets);
  if (goesOn) covered.fill(1, pending);
  return cover(text, covered, secrets);
}

/** Puts the cover over the marked characters, but for the ends of lines. */
export function cover(text: string, covered: Uint8Array, secrets: Secrets): string {
  return text.replace(/[^\n]/g, (unit, at: number) => (covered[at] === 1 ? secrets.cover : unit));
}

/** Where secrets are in a text. */
export interface Findings {
  /** 1 for each UTF-16 unit that belongs to one. */
  covered: Uint8Array;
  /** 1 for each position at which the text can't be cut without cutting one. */
  inside: Uint8Array;
  /** Where the end of the text begins that may be the beginning of one; its length without such. */
  pending: number;
}

/** Looks for all secrets at all places, those that contain or overlap each other too. */
export function findSecrets(text: string, { patterns }: Secrets): Findings {
  const covered = new Uint8Array(text.length);
  const inside = new Uint8Array(text.length + 1);
  let pending = text.length;
  for (const pattern of patterns) {
    let marked = 0; // so that overlapping places cost no more than the text is long
    const begun = search(text, pattern, (from, to) => {
      covered.fill(1, Math.max(from, marked), to);
      inside.fill(1, Math.max(from + 1, marked), to);
      marked = to;
    });
    pending = Math.min(pending, text.length - begun);
  }
  return { covered, inside, pending };
}

/**
 * Knuth, Morris and Pratt's search: in time proportional to the text.
 *
 * @returns how much of the pattern, and less than all, the text ends with
 */
function search(text: string, pattern: string, found: (from: number, to: number) => void): number {
  const borders = bordersOf(pattern);
  let matched = 0;
  for (let at = 0; at < text.length; at += 1) {
    while (matched > 0 && text[at] !== pattern[matched]) matched = borders[matched - 1] ?? 0;
    if (text[at] === pattern[matched]) matched += 1;
    if (matched < pattern.length) continue;
    found(at + 1 - matched, at + 1);
    matched = borders[matched - 1] ?? 0;
  }
  return matched;
}

/** For each beginning of a pattern, how much of it is its own end as well. */
function bordersOf(pattern: string): Uint32Array {
  const borders = new Uint32Array(pattern.length);
  let matched = 0;
  for (let at = 1; at < pattern.length; at += 1) {
    while (matched > 0 && pattern[at] !== pattern[matched]) matched = borders[matched - 1] ?? 0;
    if (pattern[at] === pattern[matched]) matched += 1;
    borders[at] = matched;
  }
  return borders;
}
