import { expect, test } from "vitest";
import type { Id } from "@backend/_generated/dataModel";
import type { Message, Turn } from "../src/lib/types";
import { arrange, isCurrent } from "../src/project/conversation/conversation";

const projectId = "project" as Id<"projects">; // ids are made by the backend: no other way to have one here

function message(id: string, createdAt: number, role: Message["role"] = "user"): Message {
  const _id = id as Id<"messages">; // as above
  return { _id, _creationTime: createdAt, projectId, role, content: id, createdAt };
}

type TurnFields = Partial<Omit<Turn, "_id">> & { prompt?: string; answer?: string };

function turn(number: number, { prompt, answer, ...fields }: TurnFields): Turn {
  return {
    _id: turnId(number),
    _creationTime: 0,
    projectId,
    number,
    status: "done",
    createdAt: fields.startedAt ?? 0,
    ...(prompt !== undefined && { promptMessageId: prompt as Id<"messages"> }), // as above
    ...(answer !== undefined && { answerMessageId: answer as Id<"messages"> }), // as above
    ...fields,
  };
}

function turnId(number: number): Id<"turns"> {
  return `turn ${number}` as Id<"turns">; // as above
}

/** The conversation as lines, without those of what the agent did. */
function lines(messages: Message[], turns: Turn[], since = -Infinity): string[] {
  const { entries, queued } = arrange({ messages, turns, prompt: "make it", since });
  return [
    ...entries.flatMap((entry) => {
      if (entry.kind === "work") return [];
      if (entry.kind === "prompt") return entry.content;
      if (entry.kind === "again") return `once more: ${String(entry.content)}`;
      if (entry.kind === "restore") return `back to ${String(entry.number)}`;
      if (entry.kind === "end") return `${entry.turn.status}: ${entry.turn.number}`;
      return entry.message?.content ?? `output of ${String(entry.turn?.number)}`;
    }),
    ...queued.map(({ content, isRetry }) => `waits: ${String(content)}${isRetry ? ", again" : ""}`),
  ];
}

test("an answer keeps its key from its first word on, whether its turn is loaded with it or not", () => {
  const running = turn(2, { status: "running", startedAt: 20, prompt: "p2" });
  const before = arrange({ messages: [message("p2", 20)], turns: [running], prompt: "", since: 0 });
  const done = turn(2, { startedAt: 20, prompt: "p2", answer: "a2" });
  const messages = [message("p2", 20), message("a2", 20, "assistant")];
  const after = arrange({ messages, turns: [done], prompt: "", since: 0 });
  expect(before.entries.map(({ key }) => key)).toEqual(["p2", "turn 2", "turn 2 work"]);
  expect(after.entries.map(({ key }) => key)).toEqual(["p2", "turn 2", "turn 2 work"]);
  expect(lines(messages, [])).toEqual(["p2", "a2"]);
});

test("what runs comes after its prompt and all before it, and before what waits", () => {
  const messages = [
    message("p2", 20),
    message("a2", 20, "assistant"),
    message("p3", 30),
    message("p4", 31),
    message("p5", 32),
  ];
  const turns = [
    turn(2, { startedAt: 20, prompt: "p2", answer: "a2" }),
    turn(3, { status: "running", startedAt: 30, prompt: "p3" }),
    turn(4, { status: "queued", createdAt: 31, prompt: "p4" }),
    turn(5, { status: "queued", createdAt: 32, prompt: "p5" }),
  ];
  expect(lines(messages, turns)).toEqual([
    ...["p2", "a2", "p3", "output of 3"],
    ...["waits: p4", "waits: p5"],
  ]);
});

test("the project's own prompt is no message: its turn comes first", () => {
  const messages = [message("a1", 10, "assistant"), message("p2", 20)];
  const turns = [
    turn(1, { status: "failed", startedAt: 10, answer: "a1" }),
    turn(2, { status: "running", startedAt: 20, prompt: "p2" }),
  ];
  expect(lines(messages, turns)).toEqual(["a1", "failed: 1", "p2", "output of 2"]);
});

test("an end that needs a word stands where the answer would", () => {
  const messages = [message("p2", 20), message("a2", 20, "assistant"), message("p3", 20)];
  const turns = [
    turn(2, { status: "cancelled", startedAt: 20, prompt: "p2", answer: "a2" }),
    turn(3, { status: "done", startedAt: 20, prompt: "p3" }), // in the same millisecond, without an answer
  ];
  expect(lines(messages, turns)).toEqual(["p2", "a2", "cancelled: 2", "p3", "done: 3"]);
});

test("prompts that failed while they waited each have their failure below them", () => {
  const messages = [message("p2", 20), message("p3", 40), message("p4", 40)];
  const turns = [
    turn(2, { status: "failed", startedAt: 20, endedAt: 40, prompt: "p2" }),
    turn(3, { status: "failed", createdAt: 21, endedAt: 40, prompt: "p3" }),
    turn(4, { status: "failed", createdAt: 22, endedAt: 40, prompt: "p4" }),
  ];
  expect(lines(messages, turns)).toEqual([
    ...["p2", "failed: 2", "p3", "failed: 3", "p4", "failed: 4"],
  ]);
});

test("what is tried again comes at the time of its own, and says what it is unless that is plain", () => {
  const messages = [message("p2", 20), message("p3", 30)];
  const failed = { status: "failed", startedAt: 20, prompt: "p2" } as const;
  const again = turn(3, { status: "running", startedAt: 25, prompt: "p2", retryOf: turnId(2) });
  expect(lines([message("p2", 20)], [turn(2, failed), again])).toEqual([
    ...["p2", "failed: 2", "output of 3"],
  ]);
  const later = [
    turn(2, failed),
    turn(3, { startedAt: 30, prompt: "p3" }),
    turn(4, { status: "running", startedAt: 40, prompt: "p2", retryOf: turnId(2) }),
  ];
  expect(lines(messages, later)).toEqual([
    ...["p2", "failed: 2", "p3", "done: 3", "once more: p2", "output of 4"],
  ]);
});

test("one that is tried again and waits leaves its prompt where it was", () => {
  const turns = [
    turn(1, { status: "failed", startedAt: 10 }),
    turn(2, { status: "cancelled", startedAt: 20, prompt: "p2" }),
    turn(3, { status: "running", startedAt: 30, prompt: "p3" }),
    turn(4, { status: "queued", createdAt: 40, retryOf: turnId(1) }),
    turn(5, { status: "queued", createdAt: 50, prompt: "p2", retryOf: turnId(2) }),
  ];
  expect(lines([message("p2", 20), message("p3", 30)], turns)).toEqual([
    ...["failed: 1", "p2", "cancelled: 2", "p3", "output of 3"],
    ...["waits: make it, again", "waits: p2, again"],
  ]);
});

test("what belongs to messages that are not loaded is left out, but for what runs and what waits", () => {
  const turns = [
    turn(7, { status: "failed", startedAt: 70, prompt: "p7" }),
    turn(8, { status: "failed", startedAt: 80, prompt: "p8" }),
    turn(9, { status: "running", startedAt: 90, prompt: "p7", retryOf: turnId(7) }),
    turn(10, { status: "queued", createdAt: 100, prompt: "p6", retryOf: turnId(6) }),
  ];
  expect(lines([message("p8", 80)], turns, 80)).toEqual([
    ...["p8", "failed: 8", "once more: undefined", "output of 9", "waits: undefined, again"],
  ]);
  const running = turn(9, { status: "running", startedAt: 90, prompt: "p9" });
  expect(lines([], [running], 95)).toEqual(["output of 9"]);
});

test("what the agent did stands between what it said and how that ended; of one that never began there is nothing", () => {
  const messages = [message("p2", 20), message("a2", 20, "assistant"), message("p3", 30)];
  const turns = [
    turn(2, { status: "failed", startedAt: 20, endedAt: 25, prompt: "p2", answer: "a2" }),
    turn(3, { status: "failed", endedAt: 30, prompt: "p3" }),
  ];
  const { entries } = arrange({ messages, turns, prompt: "", since: -Infinity });
  const kinds = ["prompt", "answer", "work", "end", "prompt", "end"];
  expect(entries.map(({ kind }) => kind)).toEqual(kinds);
});

test("a turn that brings files back says which turn's, with no prompt and no word about its silence", () => {
  const messages = [message("p2", 20), message("a2", 20, "assistant")];
  const turns = [
    turn(2, { startedAt: 20, prompt: "p2", answer: "a2" }),
    turn(3, { startedAt: 30, endedAt: 31, restores: turnId(2) }),
    turn(4, { startedAt: 40, endedAt: 41, restores: turnId(1) }),
    turn(5, { status: "failed", startedAt: 50, endedAt: 51, restores: turnId(2) }),
  ];
  expect(lines(messages, turns)).toEqual([
    ...["p2", "a2", "back to 2", "back to undefined", "back to 2", "failed: 5"],
  ]);
});

test("the files are those of the latest turn's version, or of the one that it brought back", () => {
  const first = turn(1, { startedAt: 10, endedAt: 11, version: "one" });
  const second = turn(2, { startedAt: 20, endedAt: 21, version: "two" });
  const current = (...turns: Turn[]) =>
    turns.filter((each) => isCurrent(each, turns)).map(({ number }) => number);
  expect(current(second, first)).toEqual([2]);
  const running = turn(4, { status: "running", startedAt: 50 });
  const withdrawn = turn(3, { status: "cancelled", endedAt: 31 });
  expect(current(running, withdrawn, second, first)).toEqual([2]);
  const unchanged = turn(3, { startedAt: 30, endedAt: 31, version: "two" });
  expect(current(unchanged, second, first)).toEqual([3, 2]);
  const back = turn(3, { startedAt: 30, endedAt: 31, version: "three", restores: turnId(1) });
  expect(current(back, second, first)).toEqual([3, 1]);
  // One that was stopped may have left the files half changed.
  const stopped = turn(3, { status: "cancelled", startedAt: 30, endedAt: 31 });
  expect(current(stopped, second, first)).toEqual([]);
});
