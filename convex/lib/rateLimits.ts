/** How often a person may do what costs money or space. */
import { HOUR, MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { components } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { quaverError } from "./errors";

const LIMITS = {
  // Each makes a sandbox: machine time, and a share of Daytona's 300 creates per minute.
  createProject: { kind: "token bucket", rate: 30, period: HOUR, capacity: 10 },
  // A person types a few a minute; a front end that stores an agent's turn, a burst of them.
  insertMessage: { kind: "token bucket", rate: 120, period: MINUTE, capacity: 60 },
} as const;

const limiter = new RateLimiter(components.rateLimiter, LIMITS);

/**
 * Takes one from the person's allowance. Part of the caller's transaction: if that is rolled
 * back, nothing has been taken.
 *
 * @throws `RATE_LIMITED` with the time after which the next one can succeed
 */
export async function checkRateLimit(
  ctx: MutationCtx,
  name: keyof typeof LIMITS,
  userId: Id<"users">,
): Promise<void> {
  const { ok, retryAfter } = await limiter.limit(ctx, name, { key: userId });
  if (!ok) throw quaverError("RATE_LIMITED", { retryAfterMs: Math.ceil(retryAfter) });
}
