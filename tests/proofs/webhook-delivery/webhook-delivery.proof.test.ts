/**
 * Webhook delivery over the wire: Clerk's, Stripe's and Daytona's deliveries, reordered, duplicated, delayed, dropped
 * and retried, many at a time, leave a deployment and the emulators as the same histories do in order and once each.
 * `webhook-delivery.memory.proof.test.ts` proves it in memory, where a failing history is shrunk.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import { faultyDeliveries } from "./deliveries.ts";
import { histories, type Size } from "./history.ts";
import { endsAsInOrder } from "./ends-as-in-order.ts";
import { startWireHarness, type WireHarness } from "./wire-harness.ts";

const SMALL: Size = { users: 2, candidates: { min: 60, max: 80 }, minChanges: 20 };
const LARGE: Size = { users: 12, candidates: { min: 280, max: 320 }, minChanges: 60 };

let harness: WireHarness;
beforeAll(async () => {
  harness = await startWireHarness();
});
afterAll(() => harness.close());

test("however events are delivered, the result is that of their order", async (context) => {
  const [size, numRuns] = FULL_SIZE ? [LARGE, 9] : [SMALL, 1];
  const totals = { events: 0, deliveries: 0 };
  const history = histories(["clerk", "stripe", "daytona"], size);
  const cases = { history, plan: faultyDeliveries(100) };
  try {
    // Over the wire a failure need not occur again: nothing is shrunk.
    await fc.assert(
      endsAsInOrder(cases, () => harness, totals),
      { numRuns, endOnFailure: true },
    );
  } finally {
    const { deliveries, events } = totals;
    report(context, `webhook delivery: ${deliveries} deliveries of ${events} events`);
  }
  expect(totals.deliveries).toBeGreaterThan(FULL_SIZE ? 4_000 : 30);
});
