import { useQuery } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import { checkoutResult } from "../lib/routes";

/** Shows how the checkout ended that the person returns from. The query string is not trusted: the plan decides. */
export function CheckoutResult() {
  const [result] = useState(() => checkoutResult(location.search));
  const plan = useQuery(api.payments.queries.currentPlan)?.plan;
  useEffect(() => {
    // Shown once: not again after a reload.
    if (result !== null) history.replaceState(null, "", location.pathname);
  }, [result]);
  return (
    <div role="status">
      {result !== null && plan !== undefined && (
        <p className="animate-arrive rounded-xl bg-accent-soft px-5 py-4">
          {result === "cancelled" && "Nothing was bought. Your plan is what it was."}
          {result === "success" &&
            (plan === "pro"
              ? "Thank you. You are on Pro."
              : "Waiting for Stripe to confirm the payment …")}
        </p>
      )}
    </div>
  );
}
