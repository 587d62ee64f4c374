import type { Ledger } from "./ledger.ts";
import type { Price } from "./rows.ts";
import { stripeId } from "./rows.ts";

/** Something for sale. */
export interface PriceOffer {
  /** By which its id is found in `priceIds`. */
  lookupKey: string;
  /** The product's name, as people see it. */
  name: string;
  /** In the currency's smallest unit: cents. */
  unitAmount: number;
  /** Three letters, lower case. */
  currency: string;
  interval: "month" | "year";
}

/**
 * Puts what is not yet for sale on sale. A price never changes at Stripe: one that was offered
 * before keeps its id and its amount.
 *
 * @returns the prices' ids by lookup key
 */
export function offer(ledger: Ledger, offers: PriceOffer[]): Record<string, string> {
  const work = ledger.work();
  const prices = offers.map(({ name, ...terms }): Price => {
    const known = ledger.prices.values().find(({ lookupKey }) => lookupKey === terms.lookupKey);
    if (known !== undefined) return known;
    const created = work.now;
    const product = work.put(ledger.products, { id: stripeId("prod"), name, created }).id;
    return work.put(ledger.prices, { id: stripeId("price"), product, created, ...terms });
  });
  work.commit();
  return Object.fromEntries(prices.map(({ lookupKey, id }) => [lookupKey, id]));
}
