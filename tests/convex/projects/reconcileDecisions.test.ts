/** What the sweep decides, case by case. */
import { describe, expect, test } from "vitest";
import type { Doc, Id } from "../../../convex/_generated/dataModel";
import { statusAfter } from "../../../convex/projects/lifecycle.ts";
import { observation, type Observation } from "../../../convex/projects/sandbox/results.ts";
import { projectStatus } from "../../../convex/projects/tables.ts";
import {
  driftOf,
  decideOnCreating,
  decideOnOrphan,
  decideOnTurn,
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
    lastActivityAt: NOW,
    createdAt: NOW,
    ...overrides,
  };
}

const LONG_AGO = NOW - 30 * MINUTE;

test.for([
  ["under a lease is left to its holder", NOW, true, "leave"],
  ["under no lease is resumed", NOW, false, "resume"],
  ["that is never created is given up", LONG_AGO, false, "give up"],
  ["that has long been created, under a lease, is left to its holder", LONG_AGO, true, "leave"],
] as const)("a creation %s", ([, statusChangedAt, leased, expected]) => {
  expect(decideOnCreating({ statusChangedAt }, { leased, now: NOW })).toBe(expected);
});

test.for([
  ["under a lease is left to its holder", NOW + 1, true, "leave"],
  ["under no lease is resumed", NOW + 1, false, "resume"],
  ["past its deadline is polled once more", NOW - MINUTE, false, "resume"],
  ["long past its deadline is given up", NOW - 15 * MINUTE, false, "give up"],
  ["long past its deadline, under a lease, is left to its holder", LONG_AGO, true, "leave"],
] as const)("a turn %s", ([, deadline, leased, expected]) => {
  expect(decideOnTurn({ deadline }, { leased, now: NOW })).toBe(expected);
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
  ])("%s", ([, sandbox, project, expected]) => {
    const scope = { deployment: "blue", now: NOW, leased: false };
    expect(decideOnOrphan(aSandbox(sandbox), project, scope)).toBe(expected);
  });

  test("of a project without one is kept while that is under a lease", () => {
    const scope = { deployment: "blue", now: NOW, leased: true };
    expect(decideOnOrphan(aSandbox(), aRow({ status: "failed" }), scope)).toBe("keep");
  });

  test("without a project in its labels is kept", () => {
    const sandbox = aSandbox({ labels: { app: "quaver", deployment: "blue" } });
    expect(decideOnOrphan(sandbox, null, { deployment: "blue", now: NOW, leased: false })).toBe(
      "keep",
    );
  });

  test("is deleted at once, by force", () => {
    const scope = { deployment: "blue", now: NOW, leased: false, force: true };
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
