/**
 * What happens to some users at Clerk, Stripe and Daytona, in order. Generated as candidates, of which those are left
 * out that can't happen at that point, so that what is shrunk stays legal.
 */
import fc from "fast-check";
import {
  afterClerk,
  afterDaytona,
  afterStripe,
  CLERK_CHANGES,
  DAYTONA_CHANGES,
  STRIPE_CHANGES,
  type ClerkChange,
  type DaytonaChange,
  type StripeChange,
  type UserState,
} from "./changes.ts";

/** Who sends webhooks. */
export type Sender = "clerk" | "stripe" | "daytona";

/** A user at the beginning of a history. Only those who have signed up can have anything. */
export interface InitialUser {
  isSignedUp: boolean;
  /** How many projects, each `ready`. */
  projects: number;
  /** Whether they have opened a checkout. */
  hasCheckout: boolean;
}

/** One thing that happens to one user at one sender. */
export type Change = ClerkChange | StripeChange | DaytonaChange;

/** A change, and the index of the user whose it is. */
export interface UserChange {
  user: number;
  change: Change;
}

/** Users, and what happens to them, in order. */
export interface History {
  users: InitialUser[];
  changes: UserChange[];
}

/** How large a history is to be. */
export interface Size {
  users: number;
  /** Candidates for changes; how many of them are legal depends on who is deleted, and when. */
  candidates: { min: number; max: number };
  /** How many legal changes there must be; 0 by default. Keep it well below `candidates.min`. */
  minChanges?: number;
}

const CHANGES: Record<Sender, fc.Arbitrary<Change>> = {
  clerk: CLERK_CHANGES,
  stripe: STRIPE_CHANGES,
  daytona: DAYTONA_CHANGES,
};

/** Legal histories in which these senders send something. */
export function histories(
  senders: readonly Sender[],
  { users, candidates, minChanges = 0 }: Size,
): fc.Arbitrary<History> {
  const change = fc.oneof(...senders.map((sender) => CHANGES[sender]));
  const candidate = fc.record({ user: fc.nat(users - 1), change });
  const { min: minLength, max: maxLength } = candidates;
  return fc
    .record({
      users: fc.array(initialUser(senders), { minLength: users, maxLength: users }),
      candidates: fc.array(candidate, { minLength, maxLength, size: "max" }),
    })
    .map(({ users, candidates }) => ({ users, changes: legalChanges(users, candidates) }))
    .filter(({ changes }) => changes.length >= minChanges);
}

/** Without Clerk nobody signs up later; without the others nobody needs anything of theirs. */
function initialUser(senders: readonly Sender[]): fc.Arbitrary<InitialUser> {
  const signedUp = fc.record({
    isSignedUp: fc.constant(true),
    projects: senders.includes("daytona") ? fc.integer({ min: 1, max: 2 }) : fc.constant(0),
    hasCheckout: fc.constant(senders.includes("stripe")),
  });
  if (!senders.includes("clerk")) return signedUp;
  const later = fc.constant({ isSignedUp: false, projects: 0, hasCheckout: false });
  return fc.oneof({ weight: 3, arbitrary: signedUp }, { weight: 1, arbitrary: later });
}

function legalChanges(
  users: readonly InitialUser[],
  candidates: readonly UserChange[],
): UserChange[] {
  const states = users.map(initialState);
  return candidates.filter(({ user, change }) => {
    const state = states[user];
    const next = state && after(state, change);
    if (!next) return false;
    states[user] = next;
    return true;
  });
}

function initialState({ isSignedUp, projects, hasCheckout }: InitialUser): UserState {
  return {
    account: isSignedUp ? "open" : "none",
    customer: hasCheckout ? { subscription: null, paidAfterDeletion: false } : null,
    sandboxes: Array.from({ length: projects }, () => "started"),
  };
}

/** The state after a change; null when that can't happen in it. */
function after(state: UserState, change: Change): UserState | null {
  switch (change.sender) {
    case "clerk":
      return afterClerk(state, change);
    case "stripe":
      return afterStripe(state, change);
    case "daytona":
      return afterDaytona(state, change);
  }
}
