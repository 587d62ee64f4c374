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

test("a prompt that was not taken says why, and is on its way again when it is sent again", () => {
  const failed = addError(addPending(addPending([], first), second), "1", "Too much at once.");
  expect(failed).toEqual([{ ...first, error: "Too much at once." }, second]);
  expect(addPending(failed, first)).toEqual([second, first]);
});

test("a prompt that was taken although its answer was lost is shown once", () => {
  const failed = addError(addPending([], first), "1", "The connection was lost.");
  expect(notStored(failed, [{ clientMessageId: "1" }])).toEqual([]);
});

test("a prompt that was given up is gone from the list, and back in the box", () => {
  expect(removePending([first, second], "1")).toEqual([second]);
  expect(prependToDraft(first.content, "")).toBe("Make it blue");
  expect(prependToDraft(first.content, "Or green")).toBe("Make it blue\n\nOr green");
});
