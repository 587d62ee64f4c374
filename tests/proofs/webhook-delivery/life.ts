/** How far a person's life has got at each sender: what decides on what can come next. */
import type { Part } from "./history.ts";
import type { SandboxState } from "./daytona-life.ts";
import type { Subscription } from "./stripe-life.ts";

/** See the module. */
export interface Life {
  /** At Clerk. Nobody comes back under the same id. */
  account: "none" | "open" | "deleted";
  /** At Stripe; null when they never were a customer, or are no more. */
  customer: { subscription: Subscription | null; paidAfterLeaving: boolean } | null;
  /** At Daytona, project by project. */
  sandboxes: SandboxState[];
}

/** The life of somebody about whom nothing has been told yet. */
export function newLife({ isHere, projects, buys }: Part): Life {
  return {
    account: isHere ? "open" : "none",
    customer: buys ? { subscription: null, paidAfterLeaving: false } : null,
    sandboxes: Array.from({ length: projects }, () => "started"),
  };
}
