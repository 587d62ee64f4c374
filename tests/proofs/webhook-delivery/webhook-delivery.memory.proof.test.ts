/**
 * Webhook delivery in memory: reordered, duplicated, delayed, dropped and retried deliveries leave what the same
 * history leaves in order and once each. Here a failing history is shrunk, and answers of Stripe's overtake each other
 * exactly as generated. `webhook-delivery.proof.test.ts` proves it over the wire.
 */
import fc from "fast-check";
import { describe, test } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import { faultyDeliveries, SLOW_READS, type DeliveryPlan } from "./deliveries.ts";
import { histories, type Sender } from "./history.ts";
import { memoryHarness } from "./memory-harness.ts";
import { endsAsInOrder } from "./ends-as-in-order.ts";

/** Some seconds when all is well; a failing history is shrunk by replaying it dozens of times. */
const SHRUNK_WITHIN_MS = 600_000;
/** Minutes, on two busy cores. */
const REPLAYED_WITHIN_MS = 3_600_000;

const ALL: Sender[] = ["clerk", "stripe", "daytona"];

describe("however events are delivered, the result is that of their order", () => {
  test.for<[string, Sender[], fc.Arbitrary<DeliveryPlan>, number]>([
    ["Clerk's", ["clerk"], faultyDeliveries(12), 10],
    ["Stripe's", ["stripe"], faultyDeliveries(12), 6],
    ["Stripe's, which is slow to answer", ["stripe"], SLOW_READS, 10],
    ["Daytona's", ["daytona"], faultyDeliveries(12), 10],
    ["those of all three", ALL, faultyDeliveries(12), 8],
  ])("%s", { timeout: SHRUNK_WITHIN_MS }, async ([, senders, plans, numRuns]) => {
    const size = { users: 2, candidates: { min: 1, max: plans === SLOW_READS ? 15 : 30 } };
    const cases = { history: histories(senders, size), plan: plans };
    await fc.assert(endsAsInOrder(cases, memoryHarness), {
      numRuns: FULL_SIZE ? 2 * numRuns : numRuns,
    });
  });

  test.runIf(FULL_SIZE)("long histories", { timeout: REPLAYED_WITHIN_MS }, async (context) => {
    const totals = { events: 0, deliveries: 0 };
    const size = { users: 12, candidates: { min: 250, max: 300 } };
    const cases = { history: histories(ALL, size), plan: faultyDeliveries(300) };
    try {
      const property = endsAsInOrder(cases, memoryHarness, totals);
      await fc.assert(property, { numRuns: 10, endOnFailure: true });
    } finally {
      const { deliveries, events } = totals;
      report(context, `webhook delivery in memory: ${deliveries} deliveries of ${events} events`);
    }
  });
});
