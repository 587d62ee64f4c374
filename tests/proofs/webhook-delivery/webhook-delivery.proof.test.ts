/**
 * Proof 2, over the wire: Clerk's, Stripe's and Daytona's deliveries, shuffled, duplicated, delayed, dropped and
 * retried, many at a time, leave a real deployment and the emulators as the same histories do in order and once each.
 * `tests/proofs/webhook-delivery/webhook-delivery.memory.proof.test.ts` does it in memory, where what fails is shrunk.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { histories, type Size } from "./history.ts";
import { endsAlike, Tally } from "./tally.ts";
import { storms } from "./weather.ts";
import { aWireWorld, type WireWorld } from "./wire-world.ts";
import { FULL_SIZE, report } from "../report.ts";

const SMALL: Size = { people: 3, wishes: { min: 120, max: 150 }, happenings: 40 };
const LARGE: Size = { people: 12, wishes: { min: 280, max: 320 }, happenings: 60 };

let world: WireWorld;
beforeAll(async () => {
  world = await aWireWorld();
});
afterAll(() => world.close());

test("webhook weather", async (context) => {
  const [size, numRuns] = FULL_SIZE ? [LARGE, 9] : [SMALL, 1];
  const tally = new Tally();
  const history = histories(["clerk", "stripe", "daytona"], size);
  const cases = fc.record({ history, weather: storms(100) });
  const proof = endsAlike(cases, async () => world, tally);
  try {
    // Over the wire a failure need not come again: nothing is shrunk.
    await fc.assert(proof, { numRuns, endOnFailure: true });
  } finally {
    report(context, tally.toString());
  }
  expect(tally.deliveries).toBeGreaterThan(FULL_SIZE ? 4_000 : 50);
});
