/**
 * Proof 2, in memory: thousands of deliveries, shuffled, duplicated, delayed, dropped and retried, leave what the same
 * history leaves in order and once each. Here with shrinking, and with answers of Stripe's that overtake each other
 * exactly as generated; `tests/proofs/webhook-delivery/webhook-delivery.proof.test.ts` does it over the wire.
 */
import fc from "fast-check";
import { describe, test } from "vitest";
import { FULL_SIZE, report } from "../report.ts";
import { histories, type Sender } from "./history.ts";
import { endsAlike, Tally } from "./tally.ts";
import { slowWeather, storms, type Weather } from "./weather.ts";
import { aMemoryWorld } from "./memory-world.ts";

/** Some twenty seconds when all is well; what fails is shrunk by living through it dozens of times. */
const SHRUNK_WITHIN_MS = 600_000;
/** Minutes, on two busy cores. */
const LIVED_WITHIN_MS = 3_600_000;

const ALL: Sender[] = ["clerk", "stripe", "daytona"];

describe("webhook weather", () => {
  test.for<[string, Sender[], fc.Arbitrary<Weather>, number]>([
    ["Clerk, in small storms", ["clerk"], storms(12), 20],
    ["Stripe, in small storms", ["stripe"], storms(12), 12],
    ["Stripe, slow to answer", ["stripe"], slowWeather, 20],
    ["Daytona, in small storms", ["daytona"], storms(12), 20],
    ["all three, in small storms", ALL, storms(12), 20],
  ])("%s", { timeout: SHRUNK_WITHIN_MS }, async ([, senders, weather, numRuns]) => {
    const size = { people: 2, wishes: { min: 1, max: weather === slowWeather ? 15 : 30 } };
    const cases = fc.record({ history: histories(senders, size), weather });
    await fc.assert(
      endsAlike(cases, async () => aMemoryWorld(), new Tally()),
      { numRuns },
    );
  });

  test.runIf(FULL_SIZE)(
    "all three, in large storms",
    { timeout: LIVED_WITHIN_MS },
    async (context) => {
      const tally = new Tally();
      const size = { people: 12, wishes: { min: 250, max: 300 } };
      const cases = fc.record({ history: histories(ALL, size), weather: storms(300) });
      try {
        const large = endsAlike(cases, async () => aMemoryWorld(), tally);
        await fc.assert(large, { numRuns: 10, endOnFailure: true });
      } finally {
        report(context, `${tally.toString()} (in memory)`);
      }
    },
  );
});
