import { MAX_NAME_LENGTH } from "@backend/lib/limits";
import { expect, test } from "vitest";
import { nameFromPrompt } from "../src/lib/nameFromPrompt";
import { text } from "../src/text";

test.each([
  ["A page for my choir, with our concert dates", "Page for my choir"],
  ["A poll: which day suits you for lunch?", "Poll"],
  ["A poll about where we have lunch, in teal", "Poll"],
  ["A page on how to brew coffee", "Page"],
  ["A to-do list for planning my best friend's surprise party in May", "To-do list"],
  [
    "Make a page with the dates of our concerts and a way to sign up for them",
    "Page with the dates of our concerts",
  ],
  ["Build me a page for my choir, with the dates of our concerts", "Page for my choir"],
  ["todo list", "Todo list"],
  ["Please make a chess clock that two people can share", "Chess clock"],
  ["I'd like a calculator", "Calculator"],
  [
    "Could you create us the website of a small bakery in Bern?",
    "Website of a small bakery in Bern",
  ],
  ["  A\n\nB", "A"],
  ["", ""],
  ["   ", ""],
])("%j is called %j", (prompt, name) => {
  expect(nameFromPrompt(prompt)).toBe(name);
});

test("every prompt gives a name that the backend accepts", () => {
  for (const prompt of ["x".repeat(500), "…", "build", "?!", "😀".repeat(60), "the of to"]) {
    const name = nameFromPrompt(prompt);
    expect(name.trim()).toBe(name);
    expect(name.length).toBeGreaterThan(0);
    expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
    expect(name).not.toMatch(/\p{Surrogate}/u); // half a character
  }
});

test("an emoji of several code points is kept whole, or left out", () => {
  const family = "👨‍👩‍👧‍👦";
  expect(nameFromPrompt(family.repeat(10))).toBe(family.repeat(4));
});

test("a character that is longer than any name is replaced", () => {
  expect(nameFromPrompt(`a${"\u0301".repeat(200)}`)).toBe(text.projects.untitled);
});
