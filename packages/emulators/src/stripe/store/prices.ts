import type { StripeStore } from "./store.ts";
import type { Price } from "./rows.ts";
import { stripeId } from "./rows.ts";

/** A price of a product of its own. */
export interface PriceOffer {
  /** The key of its id in `priceIds`. */
  lookupKey: string;
  /** The product's name, as customers see it. */
  name: string;
  /** In the currency's smallest unit: cents. */
  unitAmount: number;
  /** Three letters, lower case. */
  currency: string;
  interval: "month" | "year";
}

/**
 * Creates the prices that don't exist yet. At Stripe, a price never changes: one that exists keeps its id
 * and its amount.
 *
 * @returns the prices' ids by lookup key
 */
export function ensurePrices(store: StripeStore, offers: PriceOffer[]): Record<string, string> {
  const tx = store.begin();
  const prices = offers.map(({ name, ...terms }): Price => {
    const known = store.prices.values().find(({ lookupKey }) => lookupKey === terms.lookupKey);
    if (known !== undefined) return known;
    const created = tx.now;
    const product = tx.put(store.products, { id: stripeId("prod"), name, created }).id;
    return tx.put(store.prices, { id: stripeId("price"), product, created, ...terms });
  });
  tx.commit();
  return Object.fromEntries(prices.map(({ lookupKey, id }) => [lookupKey, id]));
}
