import { useQuery } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import { checkoutResult } from "../lib/routes";
import { text } from "../text";

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
          {result === "cancelled" && text.account.checkoutCancelled}
          {result === "success" &&
            (plan === "pro" ? text.account.checkoutDone : text.account.checkoutPending)}
        </p>
      )}
    </div>
  );
}
