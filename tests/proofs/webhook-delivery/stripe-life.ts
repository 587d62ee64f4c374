/** What can happen at Stripe: to subscriptions by banks, time and people, and to customers. */
import fc from "fast-check";
import type { Life } from "./life.ts";

/** The states of a subscription whose first payment came through; others end before one begins. */
const STATUSES = ["trialing", "active", "past_due", "unpaid", "paused", "canceled"] as const;

type Status = (typeof STATUSES)[number];

/** A person's latest subscription. */
export interface Subscription {
  status: Status;
  isEnding: boolean;
}

/** See `stripeChanges`. */
export type StripeChange = { sender: "stripe" } & (
  | { kind: "pays" } // a checkout: with it come a subscription, an invoice and a payment
  | { kind: "becomes"; status: Status }
  | { kind: "renews" } // another invoice, another payment
  | { kind: "ends"; withPeriod: boolean } // at its period's end, or that is taken back
  | { kind: "noted"; note: string } // metadata of the customer
  | { kind: "deletes customer" }
);

/** Where a subscription can go from where it is. */
const ARROWS: Record<Status, readonly Status[]> = {
  trialing: ["active", "past_due", "paused", "canceled"],
  active: ["trialing", "past_due", "canceled"],
  past_due: ["active", "unpaid", "canceled"],
  unpaid: ["active", "canceled"],
  paused: ["active", "canceled"],
  canceled: [],
};

function change<T extends StripeChange>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record(fields) as fc.Arbitrary<StripeChange>;
}

const sender = fc.constant("stripe" as const);

/** Changes at Stripe, the end of a customer among them seldom. */
export const stripeChanges: fc.Arbitrary<StripeChange> = fc.oneof(
  { weight: 5, arbitrary: change({ sender, kind: fc.constant("pays") }) },
  {
    weight: 8,
    arbitrary: change({
      sender,
      kind: fc.constant("becomes"),
      status: fc.constantFrom(...STATUSES),
    }),
  },
  { weight: 2, arbitrary: change({ sender, kind: fc.constant("renews") }) },
  {
    weight: 3,
    arbitrary: change({ sender, kind: fc.constant("ends"), withPeriod: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: change({ sender, kind: fc.constant("noted"), note: fc.constantFrom("a", "b") }),
  },
  { weight: 1, arbitrary: change({ sender, kind: fc.constant("deletes customer") }) },
);

/** A life after a change at Stripe; null when that can't happen in it. */
export function afterStripe(life: Life, change: StripeChange): Life | null {
  const { customer } = life;
  if (customer === null) return null;
  if (life.account === "deleted") {
    return change.kind === "pays" ? afterLatePayment(life, customer) : null;
  }
  if (change.kind === "noted") return life;
  if (change.kind === "deletes customer") return { ...life, customer: null };
  const subscription = afterChange(customer.subscription, change);
  return subscription && { ...life, customer: { ...customer, subscription } };
}

/**
 * Of what can happen after an account's deletion, this alone nobody here can prevent: another tab was just opening a
 * checkout, and it is paid. The rest depends on when this backend cancels, which is the weather's doing.
 */
function afterLatePayment(life: Life, customer: NonNullable<Life["customer"]>): Life | null {
  if (customer.paidAfterLeaving) return null;
  return { ...life, customer: { ...customer, paidAfterLeaving: true } };
}

function afterChange(
  now: Subscription | null,
  change: Exclude<StripeChange, { kind: "noted" | "deletes customer" }>,
): Subscription | null {
  const isOver = now === null || now.status === "canceled";
  if (change.kind === "pays") return isOver ? { status: "active", isEnding: false } : null;
  if (isOver) return null;
  switch (change.kind) {
    case "becomes":
      return ARROWS[now.status].includes(change.status) ? { ...now, status: change.status } : null;
    case "renews":
      return now.status === "active" ? now : null;
    case "ends":
      return now.isEnding === change.withPeriod ? null : { ...now, isEnding: change.withPeriod };
  }
}
