/** The property that both proofs check: faulty deliveries end as deliveries in order do. */
import fc from "fast-check";
import { IN_ORDER, type DeliveryPlan } from "./deliveries.ts";
import type { Harness } from "./harness.ts";
import type { History } from "./history.ts";
import { brokenInvariants } from "./invariants.ts";
import { replay } from "./replay.ts";
import { differences, resultOf } from "./snapshot.ts";

const MAX_LISTED = 20;

/**
 * However its events are delivered, a history ends as it does in order and once each, and every invariant holds.
 *
 * @param harness - makes, or finds, a harness for each run; the users of a run are always its own
 * @param totals - is added what was delivered
 */
export function endsAsInOrder(
  cases: { history: fc.Arbitrary<History>; plan: fc.Arbitrary<DeliveryPlan> },
  harness: () => Harness,
  totals = { events: 0, deliveries: 0 },
) {
  return fc.asyncProperty(fc.record(cases), async ({ history, plan }) => {
    const first = harness();
    const expected = await resultOf(first, await replay(first, history, IN_ORDER));
    const second = harness();
    const actual = await resultOf(second, await replay(second, history, plan));
    const found = [
      ...differences(expected.snapshot, actual.snapshot),
      ...(await brokenInvariants(second, actual)),
    ];
    const { dispatcher } = actual.run;
    totals.events += dispatcher.events.length;
    totals.deliveries += dispatcher.deliveries;
    if (found.length > 0) throw new Error(found.slice(0, MAX_LISTED).join("\n"));
  });
}
