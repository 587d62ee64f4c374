/**
 * Order, where Stripe gives none. Its events come late, twice and in any order. So their contents are not used: the
 * object that an event is about is read from Stripe again, and that is written. Two such reads may still overtake each
 * other. Each therefore takes a version before its call, and is written only if none with a later version has been.
 * Nothing is lost: a change that only the dropped read saw has caused an event of its own, whose read is later still.
 */
import { v } from "convex/values";
import {
  internalMutation,
  internalQuery,
  type MutationCtx,
  type QueryCtx,
} from "../../_generated/server";

/** Has this event been handled? */
export const isEventHandled = internalQuery({
  args: { eventId: v.string() },
  returns: v.boolean(),
  handler: (ctx, args) => hasEvent(ctx, args.eventId),
});

/**
 * Stores that an event has been handled, once: two deliveries of it may have run at the same time. Not in
 * the transaction that handled it: after a crash between the two the event is delivered again, and
 * handling it twice changes nothing.
 */
export const markEventHandled = internalMutation({
  args: { eventId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    if (await hasEvent(ctx, args.eventId)) return null;
    await ctx.db.insert("stripeEvents", { eventId: args.eventId });
    return null;
  },
});

/** Takes the version for a read of one of Stripe's objects, before the call. */
export const beginStripeRead = internalMutation({
  args: { stripeId: v.string() },
  returns: v.number(),
  handler: async (ctx, { stripeId }) => {
    const touchedAt = Date.now();
    const reads = await readsOf(ctx, stripeId);
    if (reads === null) {
      await ctx.db.insert("stripeReads", { stripeId, started: 1, applied: 0, touchedAt });
      return 1;
    }
    const started = reads.started + 1;
    await ctx.db.patch("stripeReads", reads._id, { started, touchedAt });
    return started;
  },
});

/**
 * May what was read with this version be written? If so, no earlier version may from now on. Part of
 * the transaction that writes.
 */
export async function claimReadVersion(
  ctx: MutationCtx,
  stripeId: string,
  version: number,
): Promise<boolean> {
  const reads = await readsOf(ctx, stripeId);
  if (reads === null || version < reads.applied) return false;
  await ctx.db.patch("stripeReads", reads._id, { applied: version });
  return true;
}

async function hasEvent(ctx: QueryCtx, eventId: string): Promise<boolean> {
  const event = await ctx.db
    .query("stripeEvents")
    .withIndex("by_event_id", (q) => q.eq("eventId", eventId))
    .unique();
  return event !== null;
}

async function readsOf(ctx: MutationCtx, stripeId: string) {
  return await ctx.db
    .query("stripeReads")
    .withIndex("by_stripe_id", (q) => q.eq("stripeId", stripeId))
    .unique();
}
