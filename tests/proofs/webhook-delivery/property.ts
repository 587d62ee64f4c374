/** The property that both proofs check: faulty deliveries end as deliveries in order do. */
import fc from "fast-check";
import { IN_ORDER, type DeliveryPlan } from "./delivery-faults.ts";
import type { Harness } from "./harness.ts";
import type { History } from "./history.ts";
import { brokenInvariants, resultOf } from "./invariants.ts";
import { replay, type Run } from "./replay.ts";
import { differences } from "./snapshot.ts";

/** Counts what was replayed, and what was found. */
export class Totals {
  users = 0;
  runs = 0;
  events = 0;
  deliveries = 0;
  differences = 0;

  /** What `bun run prove` prints. */
  toString(): string {
    const count = (n: number) => n.toLocaleString("en");
    return (
      `webhook delivery: ${count(this.deliveries)} deliveries of ${count(this.events)} events ` +
      `for ${count(this.users)} users in ${count(this.runs)} runs, ` +
      `${count(this.differences)} differences`
    );
  }

  add({ users, dispatcher }: Run): void {
    this.runs += 1;
    this.users += users.length;
    this.events += dispatcher.events.length;
    this.deliveries += dispatcher.deliveries;
  }
}

/**
 * However its events are delivered, a history ends as it does in order and once each, and every invariant holds.
 *
 * @param harness - makes, or finds, a harness for each run; the users of a run are always its own
 */
export function endsAsInOrder(
  cases: fc.Arbitrary<{ history: History; plan: DeliveryPlan }>,
  harness: () => Harness,
  totals: Totals,
): fc.IAsyncProperty<[{ history: History; plan: DeliveryPlan }]> {
  return fc.asyncProperty(cases, async ({ history, plan }) => {
    const first = harness();
    const expected = await resultOf(first, await replay(first, history, IN_ORDER));
    const second = harness();
    const actual = await resultOf(second, await replay(second, history, plan));
    const found = [
      ...differences(expected.snapshot, actual.snapshot),
      ...(await brokenInvariants(second, actual)),
    ];
    totals.add(actual.run);
    totals.differences += found.length;
    if (found.length > 0) throw new Error(found.slice(0, 20).join("\n"));
  });
}
