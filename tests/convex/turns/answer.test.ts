/** From what the agent prints to the message that is read. */
import fc from "fast-check";
import { getConvexSize } from "convex/values";
import { describe, expect, test } from "vitest";
import { parseAgentEnv } from "../../../convex/turns/agent.ts";
import { checkMessage } from "../../../convex/messages/checks.ts";
import {
  EMPTY_ANSWER,
  messageOf,
  takeIntoAnswer,
  TRUNCATION_NOTE,
  type Chunk,
} from "../../../convex/turns/output/answer.ts";
import type { Id } from "../../../convex/_generated/dataModel";

/** The chunks of these pieces of output, seen one second apart. */
function chunksOf(...outputs: string[]): Chunk[] {
  let answer = EMPTY_ANSWER;
  return outputs.map((output, i) => {
    const { state, parts } = takeIntoAnswer(answer, output);
    answer = state;
    return { parts, seenAt: i * 1000 };
  });
}

/** The message that these pieces of output make. */
function messageTo(...outputs: string[]) {
  return messageOf(chunksOf(...outputs), outputs.length * 1000) ?? { content: "" };
}

describe("an answer", () => {
  test("is the agent's lines, however they are cut", () => {
    expect(messageTo("One\nTw", "o\nThree")).toEqual({ content: "One\nTwo\nThree" });
  });

  test("separates reasoning, with its duration, from text", () => {
    expect(
      messageTo(
        "::reasoning:: H",
        "m\n",
        "::reasoning::  indented\n",
        "\nDone\n",
        "::reasoning:: So\n",
      ),
    ).toEqual({
      content: "Done\n",
      parts: [
        { type: "reasoning", text: "Hm\n indented", duration: 3 },
        { type: "text", text: "Done\n" },
        { type: "reasoning", text: "So", duration: 1 },
      ],
    });
  });

  test("recognises the mark only at the beginning of a line", () => {
    expect(messageTo("I say ", "::reasoning:: here\n ::reasoning:: there\n")).not.toHaveProperty(
      "parts",
    );
  });

  test("says once where it was cut, and takes no more", () => {
    const { state, parts } = takeIntoAnswer(EMPTY_ANSWER, `${"x".repeat(99)}\n`.repeat(2000));
    expect(state.full).toBe(true);
    expect(parts[0]?.text).toHaveLength(100_000);
    expect(parts[0]?.text.endsWith(TRUNCATION_NOTE)).toBe(true);
    expect(takeIntoAnswer(state, "more\n")).toEqual({ state, parts: [], steps: [] });
  });

  test("leaves out reasoning beyond the limit of parts, and keeps the text", () => {
    const { parts, content } = messageTo("::reasoning:: a\nb\n".repeat(150));
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
      fc.property(fc.array(line, { maxLength: 400 }), (outputs) => {
        const { content, parts = [] } = messageTo(...outputs);
        if (content.trim() === "" && parts.length === 0) return;
        const message = {
          projectId: "p" as Id<"projects">,
          role: "assistant" as const,
          content,
          parts,
          createdAt: 0,
        };
        if (content.trim() !== "") expect(checkMessage(message)).toBe(message);
        expect(getConvexSize(message)).toBeLessThan(1024 * 1024 - 1024);
        const texts = parts.filter(({ type }) => type === "text").map(({ text }) => text);
        if (parts.length > 0) expect(texts.join("")).toBe(content);
      }),
      { numRuns: 200 },
    );
  });

  test("is the same for any division into whole lines, except for the durations", () => {
    const lines = fc.array(
      fc.constantFrom("text\n", "::reasoning:: a\n", "\n", "::reasoning::\n", "é🎹\n"),
      { maxLength: 30 },
    );
    const timeless = ({ content, parts = [] }: ReturnType<typeof messageTo>) => ({
      content,
      parts: parts.map(({ type, text }) => ({ type, text })),
    });
    fc.assert(
      fc.property(lines, (all) => {
        expect(timeless(messageTo(...all))).toEqual(timeless(messageTo(all.join(""))));
      }),
    );
  });

  test("that is shown in pieces is the message that is stored, but for the ends of reasoning", () => {
    const piece = fc.constantFrom("te", "xt\n", "::reasoning:: a", " b\n", "\n", "  c\n");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (outputs) => {
        const shown = chunksOf(...outputs).flatMap(({ parts }) => parts);
        const texts = shown.filter(({ type }) => type === "text").map(({ text }) => text);
        expect(texts.join("")).toBe(messageTo(...outputs).content);
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
    [
      '{"QUAVER_MODEL":"m","QUAVER_MODEL_API_KEY":"k"}',
      { QUAVER_MODEL: "m", QUAVER_MODEL_API_KEY: "k" },
    ],
    ['{"QUAVER_MODELS":"m"}', null],
    ['{"A":"\\u0000"}', null],
  ] as const)("%s", ([text, expected]) => {
    expect(parseAgentEnv(text)).toEqual(expected);
  });
});
