/** What the sweep decides, case by case. */
import { describe, expect, test } from "vitest";
import type { Doc, Id } from "../../../convex/_generated/dataModel";
import { statusAfter } from "../../../convex/projects/lifecycle.ts";
import { observation, type Observation } from "../../../convex/projects/sandbox/results.ts";
import { projectStatus } from "../../../convex/projects/tables.ts";
import {
  driftOf,
  decideOnOrphan,
  decideOnWorking,
  type ListedSandbox,
} from "../../../convex/projects/reconcile/decisions.ts";

const NOW = 1_000_000_000;
const MINUTE = 60_000;

function aRow(overrides: Partial<Doc<"projects">>): Doc<"projects"> {
  return {
    _id: "p" as Id<"projects">,
    _creationTime: NOW,
    userId: "u" as Id<"users">,
    name: "Tetris",
    prompt: "Go",
    status: "ready",
    statusChangedAt: NOW,
    createdAt: NOW,
    ...overrides,
  };
}

function aLease(expiresAt: number): Doc<"projects">["operation"] {
  return { kind: "create", token: "t", startedAt: NOW, expiresAt };
}

function aTurn(deadline: number): NonNullable<Doc<"projects">["turnProgress"]> {
  return { offset: 0, deadline, contactAt: NOW, outputAt: NOW, awakeAt: NOW };
}

describe("a project that is creating or generating", () => {
  const LIVE = { operation: aLease(NOW + 1)! };
  const DEAD = { operation: aLease(NOW)! };
  test.for<[string, Partial<Doc<"projects">>, boolean, string]>([
    ["is left to its lease", { status: "creating", ...LIVE }, false, "leave"],
    ["that is created is resumed", { status: "creating", ...DEAD }, false, "resume"],
    ["without a lease is resumed", { status: "creating" }, false, "resume"],
    ["under a lease is resumed, by force", { status: "creating", ...LIVE }, true, "resume"],
    [
      "that is never created is given up",
      { status: "creating", statusChangedAt: NOW - 30 * MINUTE, ...DEAD },
      false,
      "give up",
    ],
    [
      "that has long been created, under a lease, is left to it",
      { status: "creating", statusChangedAt: NOW - 30 * MINUTE, ...LIVE },
      false,
      "leave",
    ],
    [
      "whose turn nothing polls is resumed",
      { status: "generating", turnProgress: aTurn(NOW + 1), ...DEAD },
      false,
      "resume",
    ],
    [
      "whose turn is past its deadline is polled once more",
      { status: "generating", turnProgress: aTurn(NOW - MINUTE), ...DEAD },
      false,
      "resume",
    ],
    [
      "whose turn is long past its deadline is given up",
      { status: "generating", turnProgress: aTurn(NOW - 15 * MINUTE), ...DEAD },
      false,
      "give up",
    ],
    ["whose turn is not there is given up", { status: "generating", ...DEAD }, false, "give up"],
  ])("%s", ([, row, force, expected]) => {
    expect(decideOnWorking(aRow(row), NOW, { force })).toBe(expected);
  });
});

describe("a listed sandbox", () => {
  const OLD = NOW - 10 * MINUTE;
  const aSandbox = (overrides: Partial<ListedSandbox> = {}): ListedSandbox => ({
    id: "sb-1",
    state: "started",
    labels: { app: "quaver", deployment: "blue", projectId: "p" },
    createdAt: OLD,
    ...overrides,
  });
  const labels = (changed: Partial<ListedSandbox["labels"]>) => ({
    labels: { ...aSandbox().labels, ...changed },
  });
  const theirs = aRow({ sandboxId: "sb-1" });
  type Case = [string, Partial<ListedSandbox>, Doc<"projects"> | null, "keep" | "delete"];
  test.for<Case>([
    ["of a project is kept", {}, theirs, "keep"],
    ["of no project is deleted", {}, null, "delete"],
    ["that is stopped is deleted too", { state: "stopped" }, null, "delete"],
    ["of unknown age is deleted", { createdAt: null }, null, "delete"],
    ["of no project is kept while young", { createdAt: OLD + 1 }, null, "keep"],
    ["that is being destroyed is kept", { state: "destroying" }, null, "keep"],
    ["that is destroyed is kept", { state: "destroyed" }, null, "keep"],
    ["of another app is kept", labels({ app: "other" }), null, "keep"],
    ["of another deployment is kept", labels({ deployment: "green" }), null, "keep"],
    ["of a project with another is deleted", { id: "sb-2" }, theirs, "delete"],
    ["of a failed project without one is deleted", {}, aRow({ status: "failed" }), "delete"],
    ["of a project that is being created is kept", {}, aRow({ status: "creating" }), "keep"],
    [
      "of a project under a lease is kept",
      {},
      aRow({ status: "failed", operation: aLease(NOW + 1)! }),
      "keep",
    ],
    [
      "of a project whose lease has expired is deleted",
      {},
      aRow({ status: "failed", operation: aLease(NOW)! }),
      "delete",
    ],
  ])("%s", ([, sandbox, project, expected]) => {
    const scope = { deployment: "blue", now: NOW };
    expect(decideOnOrphan(aSandbox(sandbox), project, scope)).toBe(expected);
  });

  test("without a project in its labels is kept", () => {
    const sandbox = aSandbox({ labels: { app: "quaver", deployment: "blue" } });
    expect(decideOnOrphan(sandbox, null, { deployment: "blue", now: NOW })).toBe("keep");
  });

  test("is deleted at once, by force", () => {
    const scope = { deployment: "blue", now: NOW, force: true };
    expect(decideOnOrphan(aSandbox({ createdAt: NOW }), null, scope)).toBe("delete");
    expect(decideOnOrphan(aSandbox({ createdAt: NOW }), theirs, scope)).toBe("keep");
  });
});

describe("drift", () => {
  const statuses = projectStatus.members.map(({ value }) => value);
  const states = observation.fields.state.members.map(({ value }) => value);
  /** What the status is afterwards; itself when nothing is written. */
  const EXPECTED: Record<"ready" | "stopped" | "archived", Partial<Record<string, string>>> = {
    ready: { stopped: "stopped", archiving: "archived", archived: "archived" },
    stopped: { started: "ready", archiving: "archived", archived: "archived" },
    archived: { started: "ready", stopped: "stopped" },
  };
  const FATAL: Observation["state"][] = ["missing", "destroying", "destroyed", "error"];

  const cases = statuses.flatMap((status) => states.map((state) => [status, state] as const));
  test.for(cases)("%s, %s", ([status, state]) => {
    const drift = driftOf(status, state);
    if (status === "creating" || status === "generating" || status === "failed") {
      expect(drift).toBeNull();
    } else if (FATAL.includes(state)) {
      const sandbox = state === "error" ? "broken" : "gone";
      expect(drift).toMatchObject({ failure: { retryable: true, sandbox } });
    } else if (drift === null) {
      expect(EXPECTED[status][state]).toBeUndefined();
    } else if ("events" in drift) {
      expect(statusAfter(status, drift.events, 0).status).toBe(EXPECTED[status][state]);
    } else {
      expect.fail("a failure where none is expected");
    }
  });
});
