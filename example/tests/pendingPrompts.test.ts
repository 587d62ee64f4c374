import { expect, test } from "vitest";
import {
  prependToDraft,
  notStored,
  removePending,
  addError,
  addPending,
} from "../src/lib/pendingPrompts";

const first = { clientMessageId: "1", content: "Make it blue" };
const second = { clientMessageId: "2", content: "And larger" };

test("a prompt that has been sent is shown until the conversation has it", () => {
  const pending = addPending(addPending([], first), second);
  expect(notStored(pending, [{}])).toEqual([first, second]);
  expect(notStored(pending, [{ clientMessageId: "1" }, {}])).toEqual([second]);
});

test("a refused prompt has an error, until it is sent again", () => {
  const failed = addError(addPending(addPending([], first), second), "1", "Too much at once.");
  expect(failed).toEqual([{ ...first, error: "Too much at once." }, second]);
  expect(addPending(failed, first)).toEqual([second, first]);
});

test("a prompt that was stored although its answer was lost is shown once", () => {
  const failed = addError(addPending([], first), "1", "The connection was lost.");
  expect(notStored(failed, [{ clientMessageId: "1" }])).toEqual([]);
});

test("a dismissed prompt is removed from the list, and put back into the draft", () => {
  expect(removePending([first, second], "1")).toEqual([second]);
  expect(prependToDraft(first.content, "")).toBe("Make it blue");
  expect(prependToDraft(first.content, "Or green")).toBe("Make it blue\n\nOr green");
});
