/** What can happen to a user at Clerk, at Daytona and at Stripe, and what can follow upon it. */
import fc from "fast-check";

/** A user's state at each sender: what decides on what can happen next. */
export interface UserState {
  /** At Clerk. No account comes back under the same id. */
  account: "none" | "open" | "deleted";
  /** At Stripe; null when they never were a customer, or are no more. */
  customer: { subscription: Subscription | null; paidAfterDeletion: boolean } | null;
  /** At Daytona, project by project. */
  sandboxes: SandboxState[];
}

/** A change at Clerk. */
export type ClerkChange = { sender: "clerk" } & (
  | { kind: "named"; name: string } // `user.updated`; of somebody new, `user.created`
  | { kind: "sent again" } // the same version by another event, as Clerk does at a sign-in
  | { kind: "deleted" } // `user.deleted`
);

/** Deletions are rare. */
export const CLERK_CHANGES: fc.Arbitrary<ClerkChange> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      sender: fc.constant("clerk"),
      kind: fc.constant("named"),
      name: fc.constantFrom("Ada", "Augusta", "Byron", "Lovelace"),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ sender: "clerk", kind: "sent again" }) },
  { weight: 1, arbitrary: fc.constant({ sender: "clerk", kind: "deleted" }) },
);

/** The state after a change at Clerk; null when that can't happen in it. */
export function afterClerk(state: UserState, { kind }: ClerkChange): UserState | null {
  if (state.account === "deleted") return null;
  if (kind === "named") return { ...state, account: "open" };
  if (state.account === "none") return null;
  return kind === "sent again" ? state : { ...state, account: "deleted" };
}

/** The states in which a sandbox stays. */
export type SandboxState = "started" | "stopped" | "archived" | "destroyed";

/** A user's sandbox (by its index) changes its state by itself, or in Daytona's dashboard. */
export interface DaytonaChange {
  sender: "daytona";
  sandbox: number;
  to: SandboxState;
}

const SANDBOX_TRANSITIONS: Record<SandboxState, readonly SandboxState[]> = {
  started: ["stopped", "destroyed"],
  stopped: ["started", "archived", "destroyed"],
  archived: ["started", "destroyed"],
  destroyed: [],
};

/** Destroyed sandboxes are rare. */
export const DAYTONA_CHANGES: fc.Arbitrary<DaytonaChange> = fc.record({
  sender: fc.constant("daytona"),
  sandbox: fc.nat(1),
  to: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom("started", "stopped", "archived") },
    { weight: 1, arbitrary: fc.constant("destroyed") },
  ),
});

/**
 * The state after a change at Daytona; null when that can't happen in it. Once the account is deleted, the backend
 * deletes its sandboxes: when it does depends on the deliveries, and is no part of the history.
 */
export function afterDaytona(state: UserState, { sandbox, to }: DaytonaChange): UserState | null {
  const from = state.sandboxes[sandbox];
  if (from === undefined || state.account === "deleted") return null;
  if (!SANDBOX_TRANSITIONS[from].includes(to)) return null;
  return { ...state, sandboxes: state.sandboxes.with(sandbox, to) };
}

/** The states of a subscription whose first payment succeeded; others end before one begins. */
const STATUSES = ["trialing", "active", "past_due", "unpaid", "paused", "canceled"] as const;

type Status = (typeof STATUSES)[number];

/** A user's latest subscription. */
interface Subscription {
  status: Status;
  cancelAtPeriodEnd: boolean;
}

/** A change at Stripe. */
export type StripeChange = { sender: "stripe" } & (
  | { kind: "pays" } // a checkout: with it come a subscription, an invoice and a payment
  | { kind: "becomes"; status: Status }
  | { kind: "renews" } // another invoice, another payment
  | { kind: "cancels"; atPeriodEnd: boolean } // false takes the cancellation back
  | { kind: "annotates"; note: string } // metadata of the customer
  | { kind: "deletes customer" }
);

const STATUS_TRANSITIONS: Record<Status, readonly Status[]> = {
  trialing: ["active", "past_due", "paused", "canceled"],
  active: ["trialing", "past_due", "canceled"],
  past_due: ["active", "unpaid", "canceled"],
  unpaid: ["active", "canceled"],
  paused: ["active", "canceled"],
  canceled: [],
};

function stripeChange<T extends StripeChange>(
  weight: number,
  kind: T["kind"],
  fields: { [K in keyof Omit<T, "sender" | "kind">]: fc.Arbitrary<T[K]> },
) {
  const change = { sender: fc.constant("stripe"), kind: fc.constant(kind), ...fields };
  // `fields` has the members of this kind, and `change` the other two.
  return { weight, arbitrary: fc.record(change) as unknown as fc.Arbitrary<StripeChange> };
}

type Kind<K extends StripeChange["kind"]> = Extract<StripeChange, { kind: K }>;

/** Deleted customers are rare. */
export const STRIPE_CHANGES: fc.Arbitrary<StripeChange> = fc.oneof(
  stripeChange<Kind<"pays">>(5, "pays", {}),
  stripeChange<Kind<"becomes">>(8, "becomes", { status: fc.constantFrom(...STATUSES) }),
  stripeChange<Kind<"renews">>(2, "renews", {}),
  stripeChange<Kind<"cancels">>(3, "cancels", { atPeriodEnd: fc.boolean() }),
  stripeChange<Kind<"annotates">>(1, "annotates", { note: fc.constantFrom("a", "b") }),
  stripeChange<Kind<"deletes customer">>(1, "deletes customer", {}),
);

/** The state after a change at Stripe; null when that can't happen in it. */
export function afterStripe(state: UserState, change: StripeChange): UserState | null {
  const { customer } = state;
  if (customer === null) return null;
  if (state.account === "deleted") {
    // Of what can happen after an account's deletion, only this can't be prevented here: another tab was just opening
    // a checkout, and it is paid. The rest depends on when the backend cancels.
    if (change.kind !== "pays" || customer.paidAfterDeletion) return null;
    return { ...state, customer: { ...customer, paidAfterDeletion: true } };
  }
  if (change.kind === "annotates") return state;
  if (change.kind === "deletes customer") return { ...state, customer: null };
  const subscription = afterChange(customer.subscription, change);
  return subscription && { ...state, customer: { ...customer, subscription } };
}

function afterChange(
  now: Subscription | null,
  change: Exclude<StripeChange, { kind: "annotates" | "deletes customer" }>,
): Subscription | null {
  const hasEnded = now === null || now.status === "canceled";
  if (change.kind === "pays") {
    return hasEnded ? { status: "active", cancelAtPeriodEnd: false } : null;
  }
  if (hasEnded) return null;
  switch (change.kind) {
    case "becomes":
      return STATUS_TRANSITIONS[now.status].includes(change.status)
        ? { ...now, status: change.status }
        : null;
    case "renews":
      return now.status === "active" ? now : null;
    case "cancels":
      return now.cancelAtPeriodEnd === change.atPeriodEnd
        ? null
        : { ...now, cancelAtPeriodEnd: change.atPeriodEnd };
  }
}
