/** Daytona's webhook events, read loosely: the fields without which nothing can be done. */
import { toSandboxState, type SandboxState } from "@quaver/sandbox/states";
import * as z from "zod/mini";
import type { Observation } from "./sandbox/results";

const envelope = z.object({ event: z.string(), timestamp: z.nullish(z.string()) });

const stateUpdated = z.object({
  id: z.string().check(z.minLength(1)),
  newState: z.string(),
  updatedAt: z.nullish(z.string()),
});

/**
 * The states that last. The others pass by themselves. An error is left to the sweep, which reads the
 * state again: Daytona may recover from it.
 */
const LASTING: readonly SandboxState[] = ["started", "stopped", "archived", "destroyed"];

/** What a verified delivery asks for. */
export type DaytonaEvent =
  { kind: "state"; sandboxId: string; observation: Observation } | { kind: "ignore" };

/**
 * Reads a delivery's JSON.
 *
 * @param payload - the parsed body, of a verified signature
 * @returns what to do; null when it is not an event, or a change of state without its sandbox or its
 *   time: without a time it can't be ordered
 */
export function readDaytonaEvent(payload: unknown): DaytonaEvent | null {
  const event = envelope.safeParse(payload).data;
  if (event === undefined) return null;
  if (event.event !== "sandbox.state.updated") return { kind: "ignore" };
  const change = stateUpdated.safeParse(payload).data;
  const at = Date.parse(change?.updatedAt ?? event.timestamp ?? "");
  if (change === undefined || Number.isNaN(at)) return null;
  const state = toSandboxState(change.newState);
  if (!LASTING.includes(state)) return { kind: "ignore" };
  return { kind: "state", sandboxId: change.id, observation: { state, at } };
}
