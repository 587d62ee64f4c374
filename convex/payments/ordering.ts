/**
 * Order, where Stripe gives none. Its events come late, twice and in any order, so that what an
 * event says is not believed: the thing it is about is read from Stripe again, and that is written.
 * Two such reads may still overtake each other. Each therefore takes a ticket before it asks, and
 * is written only if none with a later ticket has been. Nothing is lost by that: what the dropped
 * read alone may have seen has caused an event of its own, whose ticket is later still.
 */
import { v } from "convex/values";
import {
  internalMutation,
  internalQuery,
  type MutationCtx,
  type QueryCtx,
} from "../_generated/server";

/** Has this event been dealt with? */
export const isHandled = internalQuery({
  args: { eventId: v.string() },
  returns: v.boolean(),
  handler: (ctx, args) => isNoted(ctx, args.eventId),
});

/**
 * Remembers an event that has been dealt with, once: two deliveries of it may have been under way at
 * a time. Not in the transaction that dealt with it: a crash between the two has the event delivered
 * again, and dealing with it twice changes nothing.
 */
export const markHandled = internalMutation({
  args: { eventId: v.string() },
  returns: v.null(),
  handler: async (ctx, args) => {
    if (await isNoted(ctx, args.eventId)) return null;
    await ctx.db.insert("stripeEvents", { eventId: args.eventId });
    return null;
  },
});

/** Takes the ticket for reading one of Stripe's objects, to be shown with what was read. */
export const beginRead = internalMutation({
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
 * May what was read with this ticket be written? If so, no earlier one may from now on. Part of
 * the transaction that writes.
 */
export async function claimTurn(
  ctx: MutationCtx,
  stripeId: string,
  ticket: number,
): Promise<boolean> {
  const reads = await readsOf(ctx, stripeId);
  if (reads === null || ticket < reads.applied) return false;
  await ctx.db.patch("stripeReads", reads._id, { applied: ticket });
  return true;
}

async function isNoted(ctx: QueryCtx, eventId: string): Promise<boolean> {
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
