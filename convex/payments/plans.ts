/** The plans, as data, and which one a set of subscriptions amounts to. */

/** What a plan allows. */
interface PlanLimits {
  /** Projects a person may have at a time, in any state. At most 200: lists show no more. */
  maxProjects: number;
}

/** Every plan. `free` is what a person has without doing anything. */
export const PLANS = {
  free: { maxProjects: 10 },
  pro: { maxProjects: 200 },
} as const satisfies Record<string, PlanLimits>;

/** The name of a plan. */
export type PlanName = keyof typeof PLANS;

/**
 * The subscription states (Stripe's words) in which the paid plan is enjoyed. `past_due` is among
 * them: Stripe is still retrying the card, and taking the plan away meanwhile would punish an
 * expired card. When the retries end, Stripe says `canceled` or `unpaid`.
 */
const ENTITLING_STATUSES: ReadonlySet<string> = new Set(["active", "trialing", "past_due"]);

/**
 * The plan that these subscriptions give their owner.
 *
 * @param subscriptions - all of one person's, as the Stripe component keeps them
 * @param proPriceId - the Stripe price that stands for `pro`, from the environment; without it
 *   nothing is for sale, and everyone is on `free`
 */
export function planFor(
  subscriptions: readonly { status: string; priceId: string }[],
  proPriceId: string | undefined,
): PlanName {
  const paid = subscriptions.some(
    ({ status, priceId }) => priceId === proPriceId && ENTITLING_STATUSES.has(status),
  );
  return paid ? "pro" : "free";
}
