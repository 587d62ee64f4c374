/**
 * How often a user may do what writes, or calls another service. Every public mutation and action is
 * under one of these (`tests/convex/rateLimits.test.ts` holds them to it), so that one user's calls
 * can't keep the others waiting.
 */
import { HOUR, MINUTE, RateLimiter } from "@convex-dev/rate-limiter";
import { components } from "../_generated/api";
import type { MutationCtx } from "../_generated/server";
import { quaverError } from "./errors";

/** By name: what a user may do in a burst, and how fast it comes back. */
export const LIMITS = {
  // Each makes a sandbox: machine time, and a share of Daytona's 300 creates per minute.
  createProject: { kind: "token bucket", rate: 30, period: HOUR, capacity: 10 },
  // Each is a call or two to Daytona, of 10,000 per minute for everyone; a user clicks.
  operateProject: { kind: "token bucket", rate: 60, period: MINUTE, capacity: 30 },
  // Each is a row or two, and for a removal a few scheduled jobs; a user does it by hand.
  editProject: { kind: "token bucket", rate: 120, period: MINUTE, capacity: 60 },
  // Each is minutes of a machine and of a model.
  startTurn: { kind: "token bucket", rate: 60, period: HOUR, capacity: 20 },
  // Each is a call to Daytona, and a short program in the sandbox; a user clicks through folders and turns.
  readFiles: { kind: "token bucket", rate: 240, period: MINUTE, capacity: 120 },
  // Each packs and sends up to 200 MB from the sandbox; a user does it now and then.
  download: { kind: "token bucket", rate: 20, period: HOUR, capacity: 5 },
  // Each is a call to Clerk; a front end asks once per sign-in.
  syncUser: { kind: "token bucket", rate: 10, period: MINUTE, capacity: 5 },
  // Each is a call to Clerk and a job that checks its result; a user does it once.
  deleteUser: { kind: "token bucket", rate: 5, period: MINUTE, capacity: 5 },
  // Each is a few calls to Stripe, of 100 per second for everyone; a user clicks.
  billing: { kind: "token bucket", rate: 20, period: MINUTE, capacity: 10 },
  // Each is a call to Stripe; a front end asks when it shows what can be bought.
  readPrice: { kind: "token bucket", rate: 60, period: MINUTE, capacity: 30 },
  // A user types a few a minute; a front end that stores an agent's turn, a burst of them.
  insertMessage: { kind: "token bucket", rate: 120, period: MINUTE, capacity: 60 },
} as const;

const limiter = new RateLimiter(components.rateLimiter, LIMITS);

/**
 * Takes one from the allowance of a user, by their row's id or (before there is a row) Clerk's. Part of
 * the caller's transaction: if that is rolled back, nothing has been taken.
 *
 * @throws `RATE_LIMITED` with the time after which the next one can succeed
 */
export async function checkRateLimit(
  ctx: MutationCtx,
  name: keyof typeof LIMITS,
  user: string,
): Promise<void> {
  const { ok, retryAfter } = await limiter.limit(ctx, name, { key: user });
  if (!ok) throw quaverError("RATE_LIMITED", { retryAfterMs: Math.ceil(retryAfter) });
}
