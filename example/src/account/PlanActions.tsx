import { useAction } from "convex/react";
import { useState } from "react";
import { toast } from "sonner";
import { api } from "@backend/_generated/api";
import { MAX_PROJECTS } from "@backend/lib/limits";
import { useCall } from "../hooks/useCall";
import { formatDate } from "../lib/format";
import type { CurrentPlan } from "../lib/types";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { ErrorAlert } from "../ui/ErrorAlert";

/** Buttons to buy, manage, cancel and resume a subscription. Cards are entered on Stripe's pages alone. */
export function PlanActions({ current: { plan, subscription } }: { current: CurrentPlan }) {
  const [asking, setAsking] = useState(false);
  const createCheckout = useAction(api.payments.actions.createCheckoutSession);
  const createPortal = useAction(api.payments.actions.createPortalSession);
  const cancelSubscription = useAction(api.payments.actions.cancelSubscription);
  const resumeSubscription = useAction(api.payments.actions.resumeSubscription);
  const checkout = useCall(async () => leaveFor(await createCheckout({ plan: "pro" })));
  const portal = useCall(async () => leaveFor(await createPortal()));
  const resume = useCall(async () => {
    await resumeSubscription();
    toast("Your subscription goes on.");
  });
  const cancel = useCall(async () => {
    await cancelSubscription();
    setAsking(false);
    toast("Your subscription ends with the period you have paid for.");
  });
  const error = checkout.error ?? portal.error ?? resume.error;
  const buyable =
    plan === "free" && (subscription === null || subscription.status === "incomplete");
  return (
    <div className="space-y-3">
      {buyable && (
        <p className="text-muted">
          Pro is for {MAX_PROJECTS.pro} projects. The price is on the next page, before you pay.
        </p>
      )}
      <div className="flex flex-wrap gap-3">
        {buyable && (
          <Button busy={checkout.busy} onClick={() => void checkout.run()}>
            Upgrade to Pro
          </Button>
        )}
        {subscription !== null && (
          <Button variant="quiet" busy={portal.busy} onClick={() => void portal.run()}>
            Cards and billing
          </Button>
        )}
        {subscription !== null && !subscription.cancelAtPeriodEnd && (
          <Button variant="quiet" onClick={() => setAsking(true)}>
            Cancel subscription
          </Button>
        )}
        {subscription?.cancelAtPeriodEnd && (
          <Button busy={resume.busy} onClick={() => void resume.run()}>
            Keep subscription
          </Button>
        )}
      </div>
      {error !== null && <ErrorAlert>{error}</ErrorAlert>}
      {asking && subscription !== null && (
        <ConfirmDialog
          title="Cancel your subscription?"
          confirmLabel="Cancel subscription"
          cancelLabel="Keep it"
          call={cancel}
          onClose={() => setAsking(false)}
        >
          <p>
            You keep what you have paid for until {formatDate(subscription.currentPeriodEnd)}. After
            that all your projects stay, but you can make a new one only while you have fewer than{" "}
            {MAX_PROJECTS.free}, and start one only while fewer than {MAX_PROJECTS.free} run.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** Leaves for a page of Stripe's, which returns here. */
function leaveFor({ url }: { url: string }): void {
  location.assign(url);
}
