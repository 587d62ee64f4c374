/** The plans, as data, and which one a set of subscriptions gives. */
import { literals } from "convex-helpers/validators";
import type { Infer } from "convex/values";
import { MAX_PROJECTS } from "../lib/limits";

/** The names of the plans. */
export const planName = literals("free", "pro");
export type PlanName = Infer<typeof planName>;

/** What a plan allows. */
interface PlanLimits {
  /** Projects a user may have at a time, in any state. */
  maxProjects: number;
}

/** Every plan. `free` is what a user has without doing anything. */
export const PLANS = {
  free: { maxProjects: MAX_PROJECTS.free },
  pro: { maxProjects: MAX_PROJECTS.pro },
} as const satisfies Record<PlanName, PlanLimits>;

/** What a subscription's status (Stripe's words) means here. */
interface StatusMeaning {
  /** Is the paid plan enjoyed meanwhile? */
  entitles: boolean;
  /** Is it over for good? Stripe never brings such a subscription back. */
  ended: boolean;
}

/**
 * Every status that Stripe has:
 * - `trialing`: the paid plan, for nothing, until the trial ends.
 * - `active`: the paid plan; also when it is to end with the period, until it does.
 * - `past_due`: still the paid plan. A renewal failed and Stripe is trying the card again; taking
 *   the plan away meanwhile would punish an expired card. The retries end in one of the next two.
 * - `unpaid`: free. The retries are over, and Stripe is set to keep the subscription; paying the
 *   open invoice (in the portal) makes it `active` again.
 * - `canceled`: free, for good. Another checkout creates another subscription.
 * - `incomplete`: free. The first payment has not come through yet; it has 23 hours.
 * - `incomplete_expired`: free, for good. It didn't.
 * - `paused`: free. A trial ended without a card; giving one (in the portal) resumes it.
 */
const STATUSES: Partial<Record<string, StatusMeaning>> = {
  trialing: { entitles: true, ended: false },
  active: { entitles: true, ended: false },
  past_due: { entitles: true, ended: false },
  unpaid: { entitles: false, ended: false },
  canceled: { entitles: false, ended: true },
  incomplete: { entitles: false, ended: false },
  incomplete_expired: { entitles: false, ended: true },
  paused: { entitles: false, ended: false },
};

/** Is a subscription of this status over for good? One that Stripe has newly thought up is not. */
export function isEnded(status: string): boolean {
  return STATUSES[status]?.ended ?? false;
}

/**
 * Does a subscription of this status exclude another checkout? Not while its first payment is
 * missing: the user may have come back for that.
 */
export function blocksCheckout(status: string): boolean {
  return status !== "incomplete" && !isEnded(status);
}

/** A subscription, as far as a plan depends on it. */
interface Entitlement {
  status: string;
  priceId: string;
}

/**
 * Does this subscription give its owner the plan `pro`?
 *
 * @param proPriceId - the Stripe price that stands for `pro`, from the environment; without it
 *   nothing is for sale, and everyone is on `free`
 */
export function givesPro(
  { status, priceId }: Entitlement,
  proPriceId: string | undefined,
): boolean {
  return priceId === proPriceId && (STATUSES[status]?.entitles ?? false);
}

/** The plan that these subscriptions, all of one user's, give their owner. */
export function planFor(
  subscriptions: readonly Entitlement[],
  proPriceId: string | undefined,
): PlanName {
  return subscriptions.some((subscription) => givesPro(subscription, proPriceId)) ? "pro" : "free";
}
