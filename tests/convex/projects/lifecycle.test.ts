/** The project's life: exactly the arrows that are drawn, and no others. */
import { describe, expect, test } from "vitest";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import {
  EVENTS,
  statusAfter,
  transition,
  type ProjectEvent,
} from "../../../convex/projects/lifecycle.ts";
import { projectStatus, type ProjectStatus } from "../../../convex/projects/tables.ts";
import { LIFECYCLE_TRANSITIONS, PATHS } from "../support/transitions.ts";

const statuses = projectStatus.members.map(({ value }) => value);
// The keys of a constant object are its keys.
const events = Object.keys(EVENTS) as ProjectEvent[];
const everything = statuses.flatMap((from) => events.map((event) => [from, event] as const));

describe("the lifecycle", () => {
  test.for(everything)("%s, %s", ([from, event]) => {
    const expected = LIFECYCLE_TRANSITIONS.find(
      ([start, what]) => start === from && what === event,
    );
    if (expected) {
      expect(transition(from, event)).toBe(expected[2]);
    } else {
      const attempt = () => transition(from, event);
      expect(attempt).toThrow();
      try {
        attempt();
      } catch (error) {
        if (!isQuaverError(error, "INVALID_TRANSITION")) throw error;
        expect(error.data).toMatchObject({ from, to: EVENTS[event].to });
      }
    }
  });

  test("several events happen one after the other, or not at all", () => {
    expect(statusAfter("creating", ["sandboxStarted", "turnEnded"], 7)).toEqual({
      status: "ready",
      statusChangedAt: 7,
    });
    expect(() => statusAfter("creating", ["sandboxStarted", "archived"], 7)).toThrow();
  });

  test.for(PATHS)("the transitions from %s through %s to %s exist", ([from, through, to]) => {
    const drawn = LIFECYCLE_TRANSITIONS.map(([start, , end]) => `${start} ${end}`);
    expect(drawn).toEqual(expect.arrayContaining([`${from} ${through}`, `${through} ${to}`]));
  });

  test("from every status there is a way back to ready", () => {
    const reachable = (
      from: ProjectStatus,
      seen = new Set<ProjectStatus>(),
    ): Set<ProjectStatus> => {
      if (seen.has(from)) return seen;
      seen.add(from);
      for (const [start, , end] of LIFECYCLE_TRANSITIONS) if (start === from) reachable(end, seen);
      return seen;
    };
    for (const status of statuses) expect(reachable(status)).toContain("ready");
  });
});
