/** For any keys of the agent and any chunks of its output: no key is shown, and nothing else is lost. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clean,
  maskSecrets,
  secretsOf,
  type Secrets,
} from "../../../convex/turns/output/masking.ts";
import { readLength, takeOutput } from "../../../convex/turns/output/decode.ts";
import { EMPTY_ANSWER, messageOf, takeIntoAnswer } from "../../../convex/turns/output/answer.ts";
import type { OutputPart } from "../../../convex/turns/tables.ts";

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const decoded = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

/**
 * Reads some output as `run.ts` does, while more and more of it is there, with a poll at each of these lengths.
 *
 * @returns the text that each poll took
 */
function reading(output: Uint8Array, lengths: number[], secrets: Secrets, base: number): string[] {
  const limit = readLength(secrets, base);
  const texts: string[] = [];
  let offset = 0;
  let answer = EMPTY_ANSWER;
  const poll = (there: number, hasEnded: boolean): boolean => {
    const read = output.subarray(offset, Math.min(there, offset + limit));
    const more = there > offset + read.length;
    const isEnd = hasEnded && !more;
    const { text, taken } = takeOutput(read, {
      secrets,
      isEnd,
      isFull: more,
      inLine: answer.line !== undefined,
    });
    answer = takeIntoAnswer(answer, text).state;
    if (more) expect(taken).toBeGreaterThan(0); // otherwise the next poll would be the same
    texts.push(text);
    offset += taken;
    return more;
  };
  const all = [...lengths.map((length) => Math.min(length, output.length)), output.length];
  for (const there of all.sort((one, other) => one - other)) while (poll(there, false));
  while (poll(output.length, true));
  expect(offset).toBe(output.length);
  return texts;
}

/** What a message would hold, and all that it held on the way. */
function stored(texts: string[]): string[] {
  let answer = EMPTY_ANSWER;
  const chunks: { parts: OutputPart[]; seenAt: number }[] = [];
  return texts.flatMap((text, seenAt) => {
    const { state, parts } = takeIntoAnswer(answer, text);
    answer = state;
    chunks.push({ parts, seenAt });
    const message = messageOf(chunks, seenAt) ?? { content: "" };
    return [message.content, ...(message.parts ?? []).map((part) => part.text)];
  });
}

const letter = fc.constantFrom("a", "b", "é", "🎹", "*", "\n");
const secret = fc.oneof(
  fc.string({ unit: letter, minLength: 1, maxLength: 20 }),
  fc.string({ minLength: 6, maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom("a", "\r\n", "::reasoning::", "*"),
    minLength: 3,
    maxLength: 9,
  }),
  fc.constant("-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"),
);

/** Some secrets, of which a few contain or overlap others. */
const environment = fc
  .tuple(fc.array(secret, { maxLength: 4 }), fc.nat(), fc.nat())
  .map(([values, one, other]) => {
    const joined = values.join("");
    const [from, to] = [one % (joined.length + 1), other % (joined.length + 1)].sort(
      (a, b) => a - b,
    );
    return {
      ...Object.fromEntries(values.map((value, i) => [`V${i}`, value])),
      PART: joined.slice(from, to),
    };
  });

/** Output in which the secrets are, whole, in parts, and with something in them that is taken out. */
function outputOf(env: Record<string, string>) {
  const values = Object.values(env);
  const printed = fc.constantFrom(...values, "a");
  const piece = fc.oneof(
    printed.map(bytesOf),
    printed.map((value) => bytesOf(value.replaceAll("\n", "\r\n"))),
    printed.map((value) => bytesOf(Array.from(value).join("\0"))),
    printed.map((value) => bytesOf(value.replaceAll("\n", "\n::reasoning:: "))),
    fc.tuple(printed, fc.nat(30)).map(([value, length]) => bytesOf(value.slice(0, length))),
    fc.string({ unit: letter, maxLength: 20 }).map(bytesOf),
    fc.constantFrom("::reasoning:: ", "\r", "\r\n", "\r\0\n", "\0", "\n", "x").map(bytesOf),
    fc.uint8Array({ maxLength: 6 }),
  );
  return fc.array(piece, { maxLength: 80 }).map((pieces) => new Uint8Array(Buffer.concat(pieces)));
}

const aScene = (base: fc.Arbitrary<number>) =>
  environment.chain((env) =>
    fc.record({
      env: fc.constant(env),
      output: outputOf(env),
      lengths: fc.array(fc.nat(400), { maxLength: 8 }),
      base,
    }),
  );

/** As little is read at a time as may be: most reads end within something. */
const tightScene = aScene(fc.integer({ min: 1, max: 8 }));
/** Too much for the NULs of a piece to fill, as the rest of what it hides would be covered then. */
const scene = aScene(fc.integer({ min: 64, max: 200 }));

/** The values that count as secret: those that are long enough, and more than white space. */
const wholeSecrets = (env: Record<string, string>) =>
  Object.values(env)
    .map(clean)
    .filter((value) => value.length >= 6 && value.trim() !== "");

describe("whatever the secrets, the output and how it is read", () => {
  test("no whole secret is ever in a message", () => {
    fc.assert(
      fc.property(tightScene, ({ env, output, lengths, base }) => {
        const shown = stored(reading(output, lengths, secretsOf(env), base));
        for (const value of wholeSecrets(env)) {
          for (const text of shown) expect(text.includes(value)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("nor on a line without end, of which each read has a part", () => {
    const key = fc.stringMatching(/^[ab]{6,9}$/);
    const piece = (value: string) =>
      fc.oneof(
        fc.nat(120).map((length) => "x".repeat(length)),
        fc.constantFrom(value, Array.from(value).join("\0")),
      );
    const line = key.chain((value) =>
      fc.record({
        env: fc.constant({ KEY: value }),
        output: fc.array(piece(value), { maxLength: 12 }).map((pieces) => bytesOf(pieces.join(""))),
        lengths: fc.array(fc.nat(400), { maxLength: 8 }),
        base: fc.integer({ min: 1, max: 8 }),
      }),
    );
    fc.assert(
      fc.property(line, ({ env, output, lengths, base }) => {
        const shown = stored(reading(output, lengths, secretsOf(env), base));
        for (const text of shown) expect(text).not.toContain(env.KEY);
        expect(shown.at(-1) ?? "").toHaveLength(clean(decoded(output)).length);
      }),
    );
  });

  test("the text is the same as if it had been read at once, and nothing but secrets is changed", () => {
    fc.assert(
      fc.property(scene, ({ env, output, lengths, base }) => {
        const secrets = secretsOf(env);
        const shown = reading(output, lengths, secrets, base).join("");
        const text = clean(decoded(output));
        expect(shown).toHaveLength(text.length);
        if (!secrets.patterns.some((pattern) => text.includes(pattern))) expect(shown).toBe(text);
        const isKept = (unit: string, at: number) => unit === text[at] || unit === secrets.cover;
        expect(shown.split("").every(isKept)).toBe(true);
        const isPlain = !secrets.patterns.some((pattern) => overlapsItself(text, pattern, secrets));
        if (isPlain) expect(shown).toBe(maskSecrets(text, secrets));
      }),
      { numRuns: 300 },
    );
  });

  test("nor is one in a line of the log", () => {
    fc.assert(
      fc.property(scene, ({ env, output }) => {
        const secrets = secretsOf(env);
        const masked = maskSecrets(clean(decoded(output)), secrets);
        for (const value of wholeSecrets(env)) expect(masked.includes(value)).toBe(false);
      }),
    );
  });
});

/** Whether occurrences form a chain as long as what is read at a time, which is covered a little further. */
function overlapsItself(text: string, pattern: string, secrets: Secrets): boolean {
  return secrets.longest > 0 && text.includes(pattern + pattern.slice(0, 1));
}

describe("secrets", () => {
  const mask = (text: string, ...values: string[]) =>
    maskSecrets(text, secretsOf(Object.fromEntries(values.map((value, i) => [`V${i}`, value]))));

  test("are covered wherever they are, and the text keeps its length and its lines", () => {
    const text = "KEY=sk-secret-1 sk-secret-1-more\nfirst-line\nsecond-line sk-secret-1";
    const values = ["sk-secret-1", "sk-secret-1-more", "first-line\nsecond-line"];
    expect(mask(text, ...values)).toBe(
      "KEY=*********** ****************\n**********\n*********** ***********",
    );
  });

  test.for([
    ["that overlap", "abcdefghij", ["abcdef", "defghij"], "**********"],
    ["of which one ends within another", "xabcdefghx", ["abcdefgh", "cdefgh"], "x********x"],
    ["that overlap themselves", "ababababx", ["ababab"], "********x"],
    ["made of the character that covers", "a ****** b", ["******"], "a ────── b"],
    ["with ends of lines of another kind", "one\ntwo three", ["one\r\ntwo"], "***\n*** three"],
    ["of short lines, a line at a time", "ab cde", ["ab\ncde\nf"], "ab ***"],
    [
      "that are short, or white space",
      "true eu      1",
      ["true", "eu", "      "],
      "true eu      1",
    ],
  ] as const)("%s are covered as a whole", ([, text, values, expected]) => {
    expect(mask(text, ...values)).toBe(expected);
  });
});

describe("what is taken of some output", () => {
  const none = secretsOf({});
  const key = secretsOf({ KEY: "abcdef" });
  test.for([
    ["lines, and the beginning of one", "one\ntwo\nthr", none, false, "one\ntwo\nthr", 11],
    ["no beginning that may be a mark's", "one\n::reas", none, false, "one\n", 4],
    ["no beginning that may be layout", "one\n  ", none, false, "one\n", 4],
    ["not even a mark, before what follows it", "::reasoning::", none, false, "", 0],
    ["such a beginning, when it is all that is read", "::reas", none, true, "::reas", 6],
    ["no such beginning before a secret", "::ab", secretsOf({ KEY: "abcdef" }), false, "", 0],
    ["no half of a line's end", "one\r", none, true, "one", 3],
    ["nothing that may be a secret's beginning", "xx abc", key, true, "xx ", 3],
    ["no line within a secret", "a\nabc", secretsOf({ KEY: "a\nabcd" }), false, "", 0],
    ["what is a secret, covered", "abcdef\nx", key, false, "******\nx", 8],
    ["what a flood hides, covered", `ab${"\0".repeat(50)}`, key, true, "**", 52],
  ] as const)("%s", ([, text, secrets, isFull, expected, taken]) => {
    const took = takeOutput(bytesOf(text), { secrets, isEnd: false, isFull, inLine: false });
    expect(took).toEqual({ text: expected, taken });
  });

  test("all, at the end: what is no character becomes the one that stands for that", () => {
    const output = new Uint8Array([97, 0, 0xff, 13, 10, 0xe2, 0x82]);
    const took = takeOutput(output, { secrets: none, isEnd: true, isFull: false, inLine: false });
    expect(took).toEqual({ text: "a\ufffd\n\ufffd", taken: 7 });
  });

  test("within a line, what could begin another", () => {
    const taking = { secrets: none, isEnd: false, isFull: false, inLine: true };
    expect(takeOutput(bytesOf("  ::"), taking)).toEqual({ text: "  ::", taken: 4 });
  });

  test("no half of a character", () => {
    const output = bytesOf("ab🎹").subarray(0, 5);
    const took = takeOutput(output, { secrets: none, isEnd: false, isFull: true, inLine: false });
    expect(took).toEqual({ text: "ab", taken: 2 });
  });
});
