import { expect, test } from "vitest";
import { text } from "../src/text";

type Sentence = (...values: unknown[]) => string;

/** Every text with its path. Those that take values are given a number, which reads as either kind of value. */
function sentences(texts: object, path = "text"): [path: string, sentence: string][] {
  return Object.entries(texts).flatMap(([name, value]: [string, unknown]) => {
    const at = `${path}.${name}`;
    if (typeof value === "string") return [[at, value]];
    if (typeof value === "function") return [[at, (value as Sentence)(2, 2, 2)]];
    return typeof value === "object" && value !== null ? sentences(value, at) : [];
  });
}

test("all texts are written in one style", () => {
  const all = sentences(text);
  expect(all.length).toBeGreaterThan(200);
  for (const [path, sentence] of all) {
    expect(sentence, path).not.toBe("");
    expect(sentence.trim(), path).toBe(sentence);
    expect(
      sentence,
      `${path}: straight quotes, spaces before an ellipsis, doubled spaces`,
    ).not.toMatch(/["']| …|\.\.\.| {2}|undefined|NaN/);
    expect(sentence, `${path}: words of the backend`).not.toMatch(
      /\b(turn|sandbox|deployment)s?\b/i,
    );
  }
});
