/** Jobs that must get done: stored with the transaction that enqueues them, and retried. */
import { Workpool } from "@convex-dev/workpool";
import { components } from "../_generated/api";

/**
 * For actions that may be run again. Daytona, Clerk and Stripe can be away for a while, and Daytona
 * refuses to delete a sandbox that is changing state. The waits are 1 s, 3 s, 9 s … 6561 s: nearly
 * three hours in all, after which the workpool logs the failure; the sweep is there for the rest.
 */
export const workpool = new Workpool(components.workpool, {
  maxParallelism: 3, // of the 8 scheduled functions that the smallest deployments run at a time
  logLevel: "WARN", // its default adds a line every minute that says all is well
  retryActionsByDefault: true,
  defaultRetryBehavior: { maxAttempts: 10, initialBackoffMs: 1000, base: 3 },
});
