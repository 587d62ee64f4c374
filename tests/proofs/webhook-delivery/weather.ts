/** What becomes of deliveries on their way. */
import fc from "fast-check";

/** How a delivery goes wrong, if it does. */
export type Mishap =
  | "none"
  | "dropped" // it never arrives
  | "answer lost" // it is dealt with, but the sender doesn't know
  | "Stripe away" // Stripe's API can't be asked meanwhile
  | "Stripe slow"; // Stripe's API answers with what was true a while ago

/** One delivery of an event. */
export interface Attempt {
  /** How many steps after the one before, or after the event; each step, one thing more happens. */
  after: number;
  mishap: Mishap;
}

/**
 * The deliveries of an event; all of them are made, whatever is answered, and further ones until one has been
 * acknowledged. The first may be long after later events' (delay, reordering), and there may be several (duplicates).
 */
export type Fate = readonly Attempt[];

/** The fates that events get, one after the other, and from the first again; never empty. */
export type Weather = readonly Fate[];

/** In order, once each. */
export const CALM: Weather = [[{ after: 0, mishap: "none" }]];

const attempt: fc.Arbitrary<Attempt> = fc.record({
  after: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 25 }) },
  ),
  mishap: fc.oneof(
    { weight: 5, arbitrary: fc.constant("none") },
    { weight: 3, arbitrary: fc.constantFrom("dropped", "answer lost", "Stripe away") },
    { weight: 2, arbitrary: fc.constant("Stripe slow") },
  ),
});

/** Weather with up to so many different fates. */
export function storms(fates: number): fc.Arbitrary<Weather> {
  return fc.array(fc.array(attempt, { minLength: 1, maxLength: 3, size: "max" }), {
    minLength: 1,
    maxLength: fates,
    size: "max",
  });
}

const promptOrSlow: fc.Arbitrary<Attempt> = fc.record({
  after: fc.nat(2),
  mishap: fc.constantFrom("none", "Stripe slow"),
});

/** Nothing gets lost, but half of Stripe's answers are overtaken. */
export const slowWeather: fc.Arbitrary<Weather> = fc.array(
  promptOrSlow.map((only) => [only]),
  { minLength: 1, maxLength: 30, size: "max" },
);
