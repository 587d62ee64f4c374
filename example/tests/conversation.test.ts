import { expect, test } from "vitest";
import { putBack, stillPending, without, withProblem, withSent } from "../src/lib/conversation";

const first = { clientMessageId: "1", content: "Make it blue" };
const second = { clientMessageId: "2", content: "And larger" };

test("a prompt that has been sent is shown until the conversation has it", () => {
  const pending = withSent(withSent([], first), second);
  expect(stillPending(pending, [{}])).toEqual([first, second]);
  expect(stillPending(pending, [{ clientMessageId: "1" }, {}])).toEqual([second]);
});

test("a prompt that was not taken says why, and is on its way again when it is sent again", () => {
  const failed = withProblem(withSent(withSent([], first), second), "1", "Too much at once.");
  expect(failed).toEqual([{ ...first, problem: "Too much at once." }, second]);
  expect(withSent(failed, first)).toEqual([second, first]);
});

test("a prompt that was taken although its answer was lost is shown once", () => {
  const failed = withProblem(withSent([], first), "1", "The connection was lost.");
  expect(stillPending(failed, [{ clientMessageId: "1" }])).toEqual([]);
});

test("a prompt that was given up is gone from the list, and back in the box", () => {
  expect(without([first, second], "1")).toEqual([second]);
  expect(putBack(first.content, "")).toBe("Make it blue");
  expect(putBack(first.content, "Or green")).toBe("Make it blue\n\nOr green");
});
