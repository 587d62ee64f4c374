/** Ways for Stripe's API to be away. */
import type { FaultKind } from "@quaver/emulators";
import type { Letter } from "./letters.ts";

const AWAY: readonly FaultKind[] = [
  { status: 500, body: { error: { type: "api_error", message: "Oops" } } },
  "drop",
  { status: 429, headers: { "retry-after": "1" }, body: { error: { message: "Slow down" } } },
  "malformed",
  { status: 500, body: {} },
];

/** The next way, each in its turn. */
export function* outages(): Generator<FaultKind, never> {
  for (;;) yield* AWAY;
}

/** The path at which the thing that a letter is about is read from Stripe. */
export function readingOf({ about }: Letter): RegExp {
  return new RegExp(`^/v1/.*/${about}$`);
}
