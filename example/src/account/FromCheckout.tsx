import { useQuery } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import { checkoutOutcome } from "../lib/routes";

/** What came of a checkout that one comes from. Anyone can write an address: the plan decides. */
export function FromCheckout() {
  const [outcome] = useState(() => checkoutOutcome(location.search));
  const plan = useQuery(api.payments.queries.currentPlan)?.plan;
  useEffect(() => {
    // Said once: not again after a reload.
    if (outcome !== null) history.replaceState(null, "", location.pathname);
  }, [outcome]);
  return (
    <div role="status">
      {outcome !== null && plan !== undefined && (
        <p className="animate-arrive rounded-xl bg-accent-soft px-5 py-4">
          {outcome === "cancelled" && "Nothing was bought. Your plan is what it was."}
          {outcome === "success" &&
            (plan === "pro"
              ? "Thank you. You are on Pro."
              : "Waiting for Stripe to confirm the payment …")}
        </p>
      )}
    </div>
  );
}
