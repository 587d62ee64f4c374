/** Deleting rows that are kept for a time to recognise repetition. Run by a cron. */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import { internalMutation } from "../../_generated/server";

/**
 * Stripe repeats a delivery by itself for three days; from its dashboard an event can be sent again
 * for thirty. A repetition that isn't recognised costs one read of Stripe, and changes nothing.
 */
const EVENT_KEPT_MS = 30 * 24 * 60 * 60_000;
/** A read takes seconds, and no action lives longer than ten minutes. */
const READ_KEPT_MS = 24 * 60 * 60_000;
/** Stripe forgets a key after a day or more; a customer made by a failed request is found until then. */
const ATTEMPT_KEPT_MS = 30 * 24 * 60 * 60_000;
/** Rows deleted per transaction, of each table; all are small. */
const ROWS_PER_BATCH = 500;

/** Deletes some expired rows, and schedules itself again while there are more. */
export const deleteExpired = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const now = Date.now();
    const events = await ctx.db
      .query("stripeEvents")
      .withIndex("by_creation_time", (q) => q.lt("_creationTime", now - EVENT_KEPT_MS))
      .take(ROWS_PER_BATCH);
    const reads = await ctx.db
      .query("stripeReads")
      .withIndex("by_touched", (q) => q.lt("touchedAt", now - READ_KEPT_MS))
      .take(ROWS_PER_BATCH);
    const attempts = await ctx.db
      .query("stripeAttempts")
      .withIndex("by_creation_time", (q) => q.lt("_creationTime", now - ATTEMPT_KEPT_MS))
      .take(ROWS_PER_BATCH);
    for (const { _id } of events) await ctx.db.delete("stripeEvents", _id);
    for (const { _id } of reads) await ctx.db.delete("stripeReads", _id);
    for (const { _id } of attempts) await ctx.db.delete("stripeAttempts", _id);
    if ([events, reads, attempts].some(({ length }) => length === ROWS_PER_BATCH)) {
      await ctx.scheduler.runAfter(0, internal.payments.stripe.expiry.deleteExpired, {});
    }
    return null;
  },
});
