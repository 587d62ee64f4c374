import { formatDate } from "../lib/format";
import type { CurrentPlan } from "../lib/types";
import { text } from "../text";

type Subscription = NonNullable<CurrentPlan["subscription"]>;

/** By Stripe's status; in those that are missing here there is nothing to do. */
const ATTENTION: Partial<Record<string, string>> = text.account.attention;

/** When a subscription renews or ends, or what is wrong with it. */
export function SubscriptionStatus({ subscription }: { subscription: Subscription }) {
  const { status, currentPeriodEnd, cancelAtPeriodEnd } = subscription;
  const attention = ATTENTION[status];
  if (attention !== undefined) return <p className="text-danger">{attention}</p>;
  const next = cancelAtPeriodEnd ? text.account.endsOn : text.account.renewsOn;
  return (
    <p className="text-muted">
      {status === "trialing" && `${text.account.trial} `}
      {next(formatDate(currentPeriodEnd))}
    </p>
  );
}
