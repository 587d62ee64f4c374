import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dueOperation } from "../../src/daytona/sandboxes/auto-intervals.ts";
import type { Operation } from "../../src/daytona/sandboxes/state-machine.ts";
import {
  TRANSITIONS,
  isTransitional,
  outcomeOf,
} from "../../src/daytona/sandboxes/state-machine.ts";
import type { SandboxRow, State } from "../../src/daytona/sandboxes/rows.ts";
import { TRANSITIONAL, AT_REST, sandboxSchema } from "../../src/daytona/sandboxes/rows.ts";

const STATES: readonly State[] = [...AT_REST, ...TRANSITIONAL];
const OPERATIONS: readonly Operation[] = ["start", "stop", "archive", "recover", "delete"];

function aSandbox(fields: Partial<SandboxRow> = {}): SandboxRow {
  return {
    id: "id",
    name: "name",
    env: {},
    labels: {},
    public: false,
    target: "local",
    state: "started",
    recoverable: false,
    autoStopInterval: 0,
    autoArchiveInterval: 0,
    autoDeleteInterval: -1,
    createdAt: 0,
    updatedAt: 0,
    lastActivityAt: 0,
    ...fields,
  };
}

describe("the state machine", () => {
  const outcomes = (operation: Operation, recoverable = true) =>
    Object.fromEntries(
      STATES.map((state) => {
        const outcome = outcomeOf(operation, { state, recoverable });
        if (outcome.kind === "transition") return [state, outcome.to];
        return [state, outcome.kind === "nothing" ? "nothing" : outcome.status];
      }),
    );
  /** During a transition every operation is a conflict, except start while archiving. */
  const busy = {
    creating: 409,
    starting: 409,
    restoring: 409,
    stopping: 409,
    archiving: 409,
    destroying: 409,
  };

  test.each<[Operation, Record<string, unknown>]>([
    [
      "start",
      {
        ...busy,
        started: "nothing",
        stopped: "starting",
        archived: "restoring",
        archiving: "starting",
        error: 400,
      },
    ],
    ["stop", { ...busy, started: "stopping", stopped: 400, archived: 400, error: 400 }],
    ["archive", { ...busy, started: 400, stopped: "archiving", archived: 400, error: 400 }],
    ["recover", { ...busy, started: 400, stopped: 400, archived: 400, error: "starting" }],
    [
      "delete",
      {
        ...busy,
        started: "destroying",
        stopped: "destroying",
        archived: "destroying",
        error: "destroying",
      },
    ],
  ])("%s has Daytona's result in each state", (operation, expected) => {
    expect(outcomes(operation)).toEqual(expected);
  });

  test("recovers only recoverable sandboxes", () => {
    expect(outcomes("recover", false)).toMatchObject({ error: 400 });
  });

  test("reaches a stable state from any state, by any operation", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...STATES),
        fc.constantFrom(...OPERATIONS),
        (state, operation) => {
          const outcome = outcomeOf(operation, { state, recoverable: true });
          if (outcome.kind !== "transition") return;
          expect(isTransitional(outcome.to)).toBe(true);
          expect([...AT_REST, "destroyed"]).toContain(TRANSITIONS[outcome.to].to);
        },
      ),
    );
  });
});

describe("the auto intervals", () => {
  const MINUTE = 60_000;
  const due = (sandbox: SandboxRow, minutes: number) =>
    dueOperation(sandbox, minutes * MINUTE, MINUTE);

  test("stop a sandbox that has been idle for the interval", () => {
    const sandbox = aSandbox({ autoStopInterval: 15, lastActivityAt: 10 * MINUTE });
    expect(due(sandbox, 24.9)).toBeUndefined();
    expect(due(sandbox, 25)).toBe("stop");
  });

  test("never stop one whose interval is 0", () => {
    expect(due(aSandbox({ autoStopInterval: 0 }), 1e6)).toBeUndefined();
  });

  test("archive one that has been stopped for the interval, 30 days by default", () => {
    const stopped = aSandbox({ state: "stopped", autoArchiveInterval: 60 });
    expect(due(stopped, 59)).toBeUndefined();
    expect(due(stopped, 60)).toBe("archive");
    expect(due({ ...stopped, autoArchiveInterval: 0 }, 30 * 24 * 60 - 1)).toBeUndefined();
    expect(due({ ...stopped, autoArchiveInterval: 0 }, 30 * 24 * 60)).toBe("archive");
  });

  test("delete one that has been stopped for the interval, at once if it is 0", () => {
    const stopped = aSandbox({ state: "stopped", autoDeleteInterval: 5 });
    expect(due(stopped, 4)).toBeUndefined();
    expect(due(stopped, 5)).toBe("delete");
    expect(due({ ...stopped, autoDeleteInterval: 0 }, 0)).toBe("delete");
    expect(due({ ...stopped, autoDeleteInterval: -1 }, 1)).toBeUndefined();
  });

  test("delete one whose maximum lifetime is over, in any state", () => {
    expect(due(aSandbox({ autoDestroyAt: 3 * MINUTE }), 3)).toBe("delete");
    expect(due(aSandbox({ state: "archived", autoDestroyAt: 3 * MINUTE }), 2)).toBeUndefined();
  });

  test("do nothing during a transition", () => {
    for (const state of TRANSITIONAL) expect(due(aSandbox({ state }), 1e9)).toBeUndefined();
  });
});

test("the test's builder makes valid sandboxes", () => {
  expect(sandboxSchema.parse(aSandbox())).toEqual(aSandbox());
});
