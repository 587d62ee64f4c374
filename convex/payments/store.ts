/** Writing down what was read from Stripe: the app's own rows and the component's, at once. */
import { v } from "convex/values";
import { literals } from "convex-helpers/validators";
import { internal } from "../_generated/api";
import type { Id } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { retriedJobs } from "../lib/jobs";
import { keep } from "./accounts";
import { mirror } from "./mirror";
import { claimTurn } from "./ordering";
import { isEnded } from "./plans";
import { snapshot, type Snapshot, type SnapshotOf } from "./snapshots";

/** Writes what was read with this ticket, unless something read later has been written. */
export const apply = internalMutation({
  args: { ticket: v.number(), snapshot },
  returns: literals("applied", "stale"),
  handler: async (ctx, args) => {
    if (!(await claimTurn(ctx, args.snapshot.id, args.ticket))) return "stale";
    await write(ctx, args.snapshot);
    return "applied";
  },
});

async function write(ctx: MutationCtx, found: Snapshot): Promise<void> {
  if (found.kind === "gone") {
    await mirror(ctx, found, await forget(ctx, found));
    return;
  }
  const owner = await ownerOf(ctx, found);
  await mirror(ctx, found, owner.userId);
  if (owner.userId !== null) await writeOwned(ctx, found, owner.userId);
  // A checkout that was still open when its person's account was deleted can be paid afterwards.
  if (owner.deleted && found.kind === "subscription" && !isEnded(found.status)) {
    await retriedJobs.enqueueAction(ctx, internal.payments.cancellation.cancelOne, {
      stripeSubscriptionId: found.id,
    });
  }
}

async function writeOwned(
  ctx: MutationCtx,
  found: Exclude<Snapshot, { kind: "gone" }>,
  userId: Id<"users">,
): Promise<void> {
  switch (found.kind) {
    case "subscription":
      await writeSubscription(ctx, found, userId);
      return;
    case "invoice":
      await writeInvoice(ctx, found, userId);
      return;
    case "payment":
      if (found.status === "succeeded") await writePayment(ctx, found, userId);
      return;
    case "customer":
      await keep(ctx, userId, [found.id]); // its making may have been answered with a failure
      return;
    case "checkout":
      return; // the component's alone
  }
}

/**
 * Whose something is: the person whose customer it is of, or else the one whom the metadata (ours,
 * or the operator's) names. `deleted` when there was such a person and is no more.
 */
async function ownerOf(
  ctx: MutationCtx,
  found: Exclude<Snapshot, { kind: "gone" }>,
): Promise<{ userId: Id<"users"> | null; deleted: boolean }> {
  const customerId = found.kind === "customer" ? found.id : found.customerId;
  const customer = customerId === null ? null : await customerRow(ctx, customerId);
  const userId = customer?.userId ?? ctx.db.normalizeId("users", found.metadata.userId ?? "");
  if (userId === null) return { userId: null, deleted: false };
  const user = await ctx.db.get("users", userId);
  return user === null ? { userId: null, deleted: true } : { userId, deleted: false };
}

async function customerRow(ctx: MutationCtx, stripeCustomerId: string) {
  return await ctx.db
    .query("stripeCustomers")
    .withIndex("by_stripe_id", (q) => q.eq("stripeCustomerId", stripeCustomerId))
    .unique();
}

async function subscriptionRow(ctx: MutationCtx, stripeSubscriptionId: string) {
  return await ctx.db
    .query("subscriptions")
    .withIndex("by_stripe_id", (q) => q.eq("stripeSubscriptionId", stripeSubscriptionId))
    .unique();
}

async function invoiceRow(ctx: MutationCtx, stripeInvoiceId: string) {
  return await ctx.db
    .query("invoices")
    .withIndex("by_stripe_id", (q) => q.eq("stripeInvoiceId", stripeInvoiceId))
    .unique();
}

async function writeSubscription(
  ctx: MutationCtx,
  found: SnapshotOf<"subscription">,
  userId: Id<"users">,
): Promise<void> {
  const fields = { userId, stripeSubscriptionId: found.id, ended: isEnded(found.status) };
  const row = await subscriptionRow(ctx, found.id);
  if (row === null) await ctx.db.insert("subscriptions", fields);
  else await ctx.db.replace("subscriptions", row._id, fields);
}

async function writeInvoice(
  ctx: MutationCtx,
  found: SnapshotOf<"invoice">,
  userId: Id<"users">,
): Promise<void> {
  const { kind: _kind, id, customerId: _c, subscriptionId: _s, metadata: _m, ...line } = found;
  const row = await invoiceRow(ctx, id);
  if (row === null) await ctx.db.insert("invoices", { userId, ...line });
  else await ctx.db.replace("invoices", row._id, { userId, ...line });
}

async function writePayment(
  ctx: MutationCtx,
  found: SnapshotOf<"payment">,
  userId: Id<"users">,
): Promise<void> {
  const { kind: _kind, id, customerId: _c, metadata: _m, ...line } = found;
  const row = await ctx.db
    .query("payments")
    .withIndex("by_stripe_id", (q) => q.eq("stripePaymentIntentId", id))
    .unique();
  if (row === null) await ctx.db.insert("payments", { userId, ...line });
}

/** What Stripe no longer has ends here, too. @returns whose customer that was, if it was one */
async function forget(
  ctx: MutationCtx,
  { of, id }: SnapshotOf<"gone">,
): Promise<Id<"users"> | null> {
  if (of === "customer") {
    const row = await customerRow(ctx, id);
    if (row !== null) await ctx.db.patch("stripeCustomers", row._id, { deleted: true });
    return row?.userId ?? null;
  }
  if (of === "subscription") {
    const row = await subscriptionRow(ctx, id);
    if (row !== null) await ctx.db.patch("subscriptions", row._id, { ended: true });
  } else if (of === "invoice") {
    const row = await invoiceRow(ctx, id);
    if (row !== null) await ctx.db.delete("invoices", row._id);
  }
  return null;
}
