/** What becomes of deliveries. */
import fc from "fast-check";

/** How a delivery fails, if it does. */
export type DeliveryFault =
  | "none"
  | "dropped" // it never arrives
  | "answer lost" // it is handled, but the sender doesn't know
  | "Stripe unavailable" // Stripe's API can't be read meanwhile
  | "Stripe slow"; // Stripe's API answers with what was true a while ago

/** One delivery of an event. */
export interface Attempt {
  /** How many steps after the attempt before, or after the event; in each step one more change happens. */
  delay: number;
  fault: DeliveryFault;
}

/**
 * The deliveries of an event. All of them are made, whatever is answered, and further ones until one has been
 * acknowledged. The first may come long after later events' (delay, reordering), and there may be several (duplicates).
 */
export type Attempts = readonly Attempt[];

/** The attempts of each event, in turn, and from the first again; never empty. */
export type DeliveryPlan = readonly Attempts[];

/** In order, once each. */
export const IN_ORDER: DeliveryPlan = [[{ delay: 0, fault: "none" }]];

const attempt: fc.Arbitrary<Attempt> = fc.record({
  delay: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 25 }) },
  ),
  fault: fc.oneof(
    { weight: 5, arbitrary: fc.constant("none") },
    { weight: 3, arbitrary: fc.constantFrom("dropped", "answer lost", "Stripe unavailable") },
    { weight: 2, arbitrary: fc.constant("Stripe slow") },
  ),
});

/** Plans with every fault, for up to so many events before they repeat. */
export function faultyDeliveries(maxLength: number): fc.Arbitrary<DeliveryPlan> {
  const attempts = fc.array(attempt, { minLength: 1, maxLength: 3, size: "max" });
  return fc.array(attempts, { minLength: 1, maxLength, size: "max" });
}

const promptOrSlow: fc.Arbitrary<Attempt> = fc.record({
  delay: fc.nat(2),
  fault: fc.constantFrom("none", "Stripe slow"),
});

/** No delivery is lost, but half of Stripe's answers are overtaken. */
export const SLOW_READS: fc.Arbitrary<DeliveryPlan> = fc.array(
  promptOrSlow.map((only) => [only]),
  { minLength: 1, maxLength: 30, size: "max" },
);
