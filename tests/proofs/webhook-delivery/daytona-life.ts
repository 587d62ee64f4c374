/** What Daytona does to sandboxes by itself, or somebody in its dashboard. */
import fc from "fast-check";
import type { Life } from "./life.ts";

/** Where a sandbox comes to rest. */
export type SandboxState = "started" | "stopped" | "archived" | "destroyed";

/** A sandbox (of the person's, by its index) comes to be in another state. */
export interface DaytonaChange {
  sender: "daytona";
  sandbox: number;
  to: SandboxState;
}

/** Where it can go from where it is. */
const ARROWS: Record<SandboxState, readonly SandboxState[]> = {
  started: ["stopped", "destroyed"],
  stopped: ["started", "archived", "destroyed"],
  archived: ["started", "destroyed"],
  destroyed: [],
};

/** Changes at Daytona, the end of a sandbox among them seldom. */
export const daytonaChanges: fc.Arbitrary<DaytonaChange> = fc.record({
  sender: fc.constant("daytona"),
  sandbox: fc.nat(1),
  to: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom("started", "stopped", "archived") },
    { weight: 1, arbitrary: fc.constant("destroyed") },
  ),
});

/**
 * A life after a change at Daytona; null when that can't happen in it. Once the account is deleted, its sandboxes are
 * this backend's to delete: when it gets to that is the weather's doing, and no part of the history.
 */
export function afterDaytona(life: Life, { sandbox, to }: DaytonaChange): Life | null {
  const from = life.sandboxes[sandbox];
  if (from === undefined || life.account === "deleted" || !ARROWS[from].includes(to)) return null;
  return { ...life, sandboxes: life.sandboxes.with(sandbox, to) };
}
