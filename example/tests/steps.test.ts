import { expect, test } from "vitest";
import type { Turn } from "../src/lib/types";
import { stepTime, summaryOf, workingFor } from "../src/project/turn/steps";
import { text } from "../src/text";

function turn(fields: Partial<Turn>): Turn {
  return fields as Turn; // these functions read nothing else of it
}

test("an ended turn says how many steps it took, and how long", () => {
  expect(summaryOf(turn({ stepCount: 5, startedAt: 1000, endedAt: 43_900 }))).toBe(
    text.conversation.stepsTaken(5, "42 s"),
  );
  expect(summaryOf(turn({ stepCount: 1, startedAt: 0, endedAt: 61_000 }))).toBe(
    text.conversation.stepsTaken(1, "1 min 1 s"),
  );
  expect(summaryOf(turn({ startedAt: 0, endedAt: 400 }))).toBe("0 s");
  expect(summaryOf(turn({ endedAt: 400 }))).toBeNull(); // withdrawn before it began
});

test("a running turn, and its running step, say how long so far", () => {
  expect(workingFor(turn({ startedAt: 1000 }), 43_500)).toBe("42 s");
  expect(workingFor(turn({ startedAt: 1000 }), 500)).toBe("0 s"); // two clocks never agree
  expect(stepTime({ startedAt: 1000 }, 6000)).toBe("5 s");
});

test("a step that was over at once has no time", () => {
  expect(stepTime({ startedAt: 1000, endedAt: 1999 }, 9000)).toBe("");
  expect(stepTime({ startedAt: 1000, endedAt: 3_700_000 }, 0)).toBe("1 h 1 min");
});
