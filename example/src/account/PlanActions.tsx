import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import { day } from "../lib/format";
import type { CurrentPlan } from "../lib/types";
import { PLAN_SIZES } from "../lib/words";
import { useNotice } from "../shell/notices";
import { Button } from "../ui/Button";
import { Confirm } from "../ui/Confirm";
import { Problem } from "../ui/Problem";

/** Buying, managing, cancelling and resuming. Cards and money are Stripe's pages' affair. */
export function PlanActions({ current: { plan, subscription } }: { current: CurrentPlan }) {
  const notice = useNotice();
  const [asking, setAsking] = useState(false);
  const createCheckout = useAction(api.payments.actions.createCheckoutSession);
  const createPortal = useAction(api.payments.actions.createPortalSession);
  const cancelSubscription = useAction(api.payments.actions.cancelSubscription);
  const resumeSubscription = useAction(api.payments.actions.resumeSubscription);
  const checkout = useCall(async () => leaveFor(await createCheckout({ plan: "pro" })));
  const portal = useCall(async () => leaveFor(await createPortal()));
  const resume = useCall(async () => {
    await resumeSubscription();
    notice("Your subscription goes on.");
  });
  const cancel = useCall(async () => {
    await cancelSubscription();
    setAsking(false);
    notice("Your subscription ends with the period you have paid for.");
  });
  const problem = checkout.problem ?? portal.problem ?? resume.problem;
  const buyable =
    plan === "free" && (subscription === null || subscription.status === "incomplete");
  return (
    <div className="space-y-3">
      {buyable && (
        <p className="text-muted">
          Pro is for {PLAN_SIZES.pro} projects. The price is on the next page, before you pay.
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        {buyable && (
          <Button busy={checkout.busy} onClick={() => void checkout.run()}>
            Upgrade to Pro
          </Button>
        )}
        {subscription !== null && (
          <Button tone="quiet" busy={portal.busy} onClick={() => void portal.run()}>
            Cards and billing
          </Button>
        )}
        {subscription !== null && !subscription.cancelAtPeriodEnd && (
          <Button tone="quiet" onClick={() => setAsking(true)}>
            Cancel subscription
          </Button>
        )}
        {subscription?.cancelAtPeriodEnd && (
          <Button busy={resume.busy} onClick={() => void resume.run()}>
            Keep subscription
          </Button>
        )}
      </div>
      {problem !== null && <Problem>{problem}</Problem>}
      {asking && subscription !== null && (
        <Confirm
          title="Cancel your subscription?"
          deed="Cancel subscription"
          wayOut="Keep it"
          call={cancel}
          onClose={() => setAsking(false)}
        >
          <p>
            You keep what you have paid for until {day(subscription.currentPeriodEnd)}. After that
            all your projects stay, but you can make a new one only while you have fewer than{" "}
            {PLAN_SIZES.free}, and start one only while fewer than {PLAN_SIZES.free} run.
          </p>
        </Confirm>
      )}
    </div>
  );
}

/** Goes to a page of Stripe's, from which a person comes back. */
function leaveFor({ url }: { url: string }): void {
  location.assign(url);
}
