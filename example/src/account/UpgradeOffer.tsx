import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { MAX_PROJECTS } from "@backend/lib/limits";
import { text } from "../text";
import { useAsync } from "../hooks/useAsync";
import { formatMoney } from "../lib/format";

/** What Pro costs and includes. Without an answer from Stripe, that the checkout page will say the price. */
export function UpgradeOffer() {
  const getPrice = useAction(api.payments.actions.getPrice);
  const { data: price, isLoading } = useAsync(() => getPrice({ plan: "pro" }), "pro");
  return (
    <div className="min-h-14" aria-busy={isLoading}>
      {price && (
        <p className="text-lg font-semibold">
          {text.account.price(
            formatMoney(price.amount, price.currency),
            price.intervalCount,
            price.interval,
          )}
        </p>
      )}
      <p className="text-muted">{text.account.upgradeAbout(MAX_PROJECTS.pro)}</p>
      {!price && !isLoading && <p className="text-muted">{text.account.priceLater}</p>}
    </div>
  );
}
