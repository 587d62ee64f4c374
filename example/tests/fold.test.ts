import { expect, test } from "vitest";
import { fold } from "../src/lib/fold";

const lines = (count: number) =>
  Array.from({ length: count }, (_, at) => `line ${at + 1}`).join("\n");

test("what is not long is shown whole", () => {
  expect(fold(lines(40), "start")).toBeNull();
  expect(fold("x".repeat(6000), "end")).toBeNull();
});

test("of a long text the first lines are shown, of a log the last", () => {
  const start = fold(lines(100), "start");
  expect(start?.shown.split("\n").at(-1)).toBe("line 30");
  expect(start?.hidden).toBe(70);
  const end = fold(lines(100), "end");
  expect(end?.shown).toMatch(/^line 71\n/);
  expect(end?.hidden).toBe(70);
});

test("a text with few line breaks is cut by its length, not in the middle of a character", () => {
  expect(fold("😀".repeat(4000), "start")?.shown).toBe("😀".repeat(3000));
  const end = fold(`${"😀".repeat(4000)}x`, "end")?.shown;
  expect(end).toBe(`${"😀".repeat(2999)}x`);
});
