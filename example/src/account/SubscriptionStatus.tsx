import { formatDate } from "../lib/format";
import type { CurrentPlan } from "../lib/types";

type Subscription = NonNullable<CurrentPlan["subscription"]>;

/** Texts for the statuses of Stripe's in which the person has to do something. */
const ATTENTION: Partial<Record<string, string>> = {
  past_due: "The last payment failed. Please check your card under “Cards and billing”.",
  unpaid: "The last invoice is not paid. Pay it under “Cards and billing” to have the plan back.",
  incomplete: "The first payment has not come through yet.",
  paused: "It is paused until there is a card. Add one under “Cards and billing”.",
};

/** When a subscription renews or ends, or what is wrong with it. */
export function SubscriptionStatus({ subscription }: { subscription: Subscription }) {
  const { status, currentPeriodEnd, cancelAtPeriodEnd } = subscription;
  const attention = ATTENTION[status];
  if (attention !== undefined) return <p className="text-danger">{attention}</p>;
  const trial = status === "trialing" ? "On trial. " : "";
  const verb = cancelAtPeriodEnd ? "Ends on" : "Renews on";
  return (
    <p className="text-muted">
      {trial}
      {verb} {formatDate(currentPeriodEnd)}.
    </p>
  );
}
