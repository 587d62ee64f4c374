/** From what the agent prints to the message that is read. */
import fc from "fast-check";
import { getConvexSize } from "convex/values";
import { describe, expect, test } from "vitest";
import { parseAgentEnv } from "../../../convex/turns/agent.ts";
import { checkMessage } from "../../../convex/messages/checks.ts";
import {
  appendOutput,
  EMPTY_ANSWER,
  endAnswer,
  TRUNCATION_NOTE,
  type Answer,
} from "../../../convex/turns/answer.ts";
import type { Id } from "../../../convex/_generated/dataModel";

/** The answer after these chunks, seen one second apart. */
function answerTo(...chunks: string[]): Answer {
  const grown = chunks.reduce(
    (answer, chunk, i) => appendOutput(answer, chunk, i * 1000),
    EMPTY_ANSWER,
  );
  return endAnswer(grown, chunks.length * 1000);
}

describe("an answer", () => {
  test("is the agent's lines", () => {
    expect(answerTo("One\n", "Two\nThree")).toMatchObject({
      content: "One\nTwo\nThree",
      parts: [{ type: "text", text: "One\nTwo\nThree" }],
    });
  });

  test("separates reasoning, with its duration, from text", () => {
    expect(
      answerTo("::reasoning:: Hm\n", "::reasoning::  indented\n", "\nDone\n", "::reasoning:: So\n"),
    ).toMatchObject({
      content: "Done\n",
      parts: [
        { type: "reasoning", text: "Hm\n indented", duration: 2 },
        { type: "text", text: "Done\n" },
        { type: "reasoning", text: "So", duration: 1 },
      ],
      reasoningSince: undefined,
    });
  });

  test("recognises the mark only at the beginning of a line", () => {
    const { parts } = answerTo("I say ::reasoning:: here\n ::reasoning:: there\n");
    expect(parts.map(({ type }) => type)).toEqual(["text"]);
  });

  test("says once where it was cut, and takes no more", () => {
    const full = appendOutput(EMPTY_ANSWER, `${"x".repeat(99)}\n`.repeat(2000), 0);
    expect(full.full).toBe(true);
    expect(full.content).toHaveLength(100_000);
    expect(full.content.endsWith(TRUNCATION_NOTE)).toBe(true);
    expect(appendOutput(full, "more\n", 1)).toEqual(full);
  });

  test("leaves out reasoning beyond the limit of parts, and keeps the text", () => {
    const { parts, content } = answerTo("::reasoning:: a\nb\n".repeat(150));
    expect(parts).toHaveLength(200);
    expect(content).toBe("b\n".repeat(150));
  });

  test("can always be stored, whatever the output", () => {
    const line = fc.oneof(
      fc.string({ unit: "binary", maxLength: 50 }),
      fc.constant("::reasoning:: thinking\n"),
      fc.constant("€".repeat(30_000)),
      fc.constant("\n"),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 400 }), (chunks) => {
        const { content, parts } = answerTo(...chunks);
        if (parts.length === 0) return;
        const message = {
          projectId: "p" as Id<"projects">,
          role: "assistant" as const,
          content: content.trim() === "" ? "" : content,
          parts,
          createdAt: 0,
        };
        expect(checkMessage(message)).toBe(message);
        expect(getConvexSize(message)).toBeLessThan(1024 * 1024 - 1024);
        const texts = parts.filter(({ type }) => type === "text").map(({ text }) => text);
        expect(texts.join("")).toBe(content);
      }),
      { numRuns: 200 },
    );
  });

  test("is the same for any division into whole lines, except for the durations", () => {
    const lines = fc.array(
      fc.constantFrom("text\n", "::reasoning:: a\n", "\n", "::reasoning::\n", "é🎹\n"),
      { maxLength: 30 },
    );
    const timeless = ({ content, parts }: Answer) => ({
      content,
      parts: parts.map(({ type, text }) => ({ type, text })),
    });
    fc.assert(
      fc.property(lines, (all) => {
        expect(timeless(answerTo(...all))).toEqual(timeless(answerTo(all.join(""))));
      }),
    );
  });
});

describe("AGENT_ENV", () => {
  test.for([
    [undefined, {}],
    ["", {}],
    ["  ", {}],
    ["{}", {}],
    ['{"MODEL_KEY":"sk-1","_b":""}', { MODEL_KEY: "sk-1", _b: "" }],
    ["{", null],
    ["null", null],
    ["[]", null],
    ['"text"', null],
    ['{"A":1}', null],
    ['{"A":null}', null],
    ['{"A B":"c"}', null],
    ['{"QUAVER_PROMPT":"mine"}', null],
    ['{"A":"\\u0000"}', null],
  ] as const)("%s", ([text, expected]) => {
    expect(parseAgentEnv(text)).toEqual(expected);
  });
});
