/**
 * What happens to some people at Clerk, at Stripe and at Daytona, in the order in which it does. Generated as wishes,
 * of which those are left out that could not come true at that point, so that whatever is shrunk stays legal.
 */
import fc from "fast-check";
import { afterClerk, type ClerkChange, clerkChanges } from "./clerk-life.ts";
import { afterDaytona, type DaytonaChange, daytonaChanges } from "./daytona-life.ts";
import { afterStripe, type StripeChange, stripeChanges } from "./stripe-life.ts";
import { type Life, newLife } from "./life.ts";

/** Who sends webhooks. */
export type Sender = "clerk" | "stripe" | "daytona";

/** Somebody, as the history finds them. Only those who are here already can have anything. */
export interface Part {
  isHere: boolean;
  /** How many projects, each `ready`. */
  projects: number;
  /** Whether they have opened a checkout. */
  buys: boolean;
}

/** One thing that happens to one person at one sender. */
export type Change = ClerkChange | StripeChange | DaytonaChange;

/** A change, and the person (by their index) whose it is. */
export interface Happening {
  who: number;
  change: Change;
}

/** People, and what happens to them, in order. */
export interface History {
  parts: Part[];
  happenings: Happening[];
}

/** How large a history is to be. */
export interface Size {
  people: number;
  /** Wishes, of which some come true: how many is a matter of who is deleted, and when. */
  wishes: { min: number; max: number };
  /** How much has to happen at least; 0 by default. A good deal fewer than `wishes.min`, or it is long looked for. */
  happenings?: number;
}

const CHANGES: Record<Sender, fc.Arbitrary<Change>> = {
  clerk: clerkChanges,
  stripe: stripeChanges,
  daytona: daytonaChanges,
};

/** Legal histories in which these senders have something to say. */
export function histories(
  senders: readonly Sender[],
  { people, wishes, happenings: atLeast = 0 }: Size,
): fc.Arbitrary<History> {
  const change = fc.oneof(...senders.map((sender) => CHANGES[sender]));
  const wish = fc.record({ who: fc.nat(people - 1), change });
  return fc
    .record({
      parts: fc.array(partIn(senders), { minLength: people, maxLength: people }),
      wished: fc.array(wish, { minLength: wishes.min, maxLength: wishes.max, size: "max" }),
    })
    .map(({ parts, wished }) => ({ parts, happenings: legal(parts, wished) }))
    .filter(({ happenings }) => happenings.length >= atLeast);
}

/** Without Clerk nobody arrives; without the others nobody needs anything of theirs. */
function partIn(senders: readonly Sender[]): fc.Arbitrary<Part> {
  const here = fc.record({
    isHere: fc.constant(true),
    projects: senders.includes("daytona") ? fc.integer({ min: 1, max: 2 }) : fc.constant(0),
    buys: fc.constant(senders.includes("stripe")),
  });
  const newcomer = fc.constant({ isHere: false, projects: 0, buys: false });
  if (!senders.includes("clerk")) return here;
  return fc.oneof({ weight: 3, arbitrary: here }, { weight: 1, arbitrary: newcomer });
}

function legal(parts: readonly Part[], wished: readonly Happening[]): Happening[] {
  const lives = parts.map(newLife);
  return wished.filter(({ who, change }) => {
    const life = lives[who];
    const next = life && after(life, change);
    if (!next) return false;
    lives[who] = next;
    return true;
  });
}

/** A life after a change; null when that can't happen in it. */
function after(life: Life, change: Change): Life | null {
  switch (change.sender) {
    case "clerk":
      return afterClerk(life, change);
    case "stripe":
      return afterStripe(life, change);
    case "daytona":
      return afterDaytona(life, change);
  }
}
