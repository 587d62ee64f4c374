import { describe, expect, test } from "vitest";
import type { Sandbox, SandboxState } from "../src/index.ts";
import { SANDBOX_STATES } from "../src/states.ts";
import type { Transition } from "../src/transitions.ts";
import { nextStep } from "../src/transitions.ts";

function inState(state: SandboxState, recoverable = false): Sandbox {
  return {
    id: "id",
    name: "name",
    state,
    recoverable,
    labels: {},
    createdAt: null,
    errorReason: null,
  };
}

describe("the next step of", () => {
  const steps = (transition: Transition, recoverable = true) =>
    Object.fromEntries(
      SANDBOX_STATES.map((state) => {
        const step = nextStep(transition, inState(state, recoverable));
        return [state, step.kind === "fail" ? step.code : step.kind];
      }),
    );
  const waiting = { creating: "wait", starting: "wait", stopping: "wait", unknown: "wait" };
  const beingDeleted = { destroying: "NOT_FOUND", destroyed: "NOT_FOUND" };

  test.each<[Transition, Record<string, string>]>([
    [
      "start",
      {
        started: "done",
        stopped: "request",
        archiving: "request",
        archived: "request",
        error: "SANDBOX_FAILED",
      },
    ],
    [
      "stop",
      {
        started: "request",
        stopped: "done",
        archiving: "done",
        archived: "done",
        error: "SANDBOX_FAILED",
      },
    ],
    [
      "archive",
      {
        started: "INVALID",
        stopped: "request",
        archiving: "done",
        archived: "done",
        error: "SANDBOX_FAILED",
      },
    ],
    [
      "recover",
      {
        started: "done",
        stopped: "INVALID",
        archiving: "INVALID",
        archived: "INVALID",
        error: "request",
      },
    ],
  ])("%s, by the state", (transition, expected) => {
    expect(steps(transition)).toEqual({ ...waiting, ...beingDeleted, ...expected });
  });

  test("delete, by the state", () => {
    expect(steps("delete")).toEqual({
      creating: "wait",
      starting: "wait",
      stopping: "wait",
      archiving: "wait",
      started: "request",
      stopped: "request",
      archived: "request",
      error: "request",
      unknown: "request",
      destroying: "done",
      destroyed: "done",
    });
  });

  test("recover fails when Daytona can't recover the sandbox", () => {
    expect(steps("recover", false)).toMatchObject({ error: "SANDBOX_FAILED" });
  });
});
