import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import { MAX_PROJECTS } from "@backend/lib/limits";
import { text } from "../text";
import { useCall } from "../hooks/useCall";
import { formatDate } from "../lib/format";
import type { CurrentPlan } from "../lib/types";
import { showToast } from "../shell/toasts";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { ErrorAlert } from "../ui/ErrorAlert";
import { UpgradeOffer } from "./UpgradeOffer";

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
    void showToast(text.account.resumed);
  });
  const cancel = useCall(async () => {
    await cancelSubscription();
    setAsking(false);
    void showToast(text.account.cancelled);
  });
  const error = checkout.error ?? portal.error ?? resume.error;
  const buyable =
    plan === "free" && (subscription === null || subscription.status === "incomplete");
  return (
    <div className="space-y-3">
      {buyable && <UpgradeOffer />}
      <div className="flex flex-wrap gap-3">
        {buyable && (
          <Button busy={checkout.busy} onClick={() => void checkout.run()}>
            {text.account.upgrade}
          </Button>
        )}
        {subscription !== null && (
          <Button variant="quiet" busy={portal.busy} onClick={() => void portal.run()}>
            {text.account.manageBilling}
          </Button>
        )}
        {subscription !== null && !subscription.cancelAtPeriodEnd && (
          <Button variant="quiet" onClick={() => setAsking(true)}>
            {text.account.cancelSubscription}
          </Button>
        )}
        {subscription?.cancelAtPeriodEnd && (
          <Button busy={resume.busy} onClick={() => void resume.run()}>
            {text.account.resumeSubscription}
          </Button>
        )}
      </div>
      {error !== null && <ErrorAlert>{error}</ErrorAlert>}
      {asking && subscription !== null && (
        <ConfirmDialog
          title={text.account.cancelQuestion}
          confirmLabel={text.account.cancelSubscription}
          cancelLabel={text.account.keepSubscription}
          call={cancel}
          onClose={() => setAsking(false)}
        >
          <p>{text.account.cancelKeeps(formatDate(subscription.currentPeriodEnd))}</p>
          <p>{text.account.cancelLimits(MAX_PROJECTS.free)}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

/** Leaves for a page of Stripe's, which returns here. */
function leaveFor({ url }: { url: string }): void {
  location.assign(url);
}
