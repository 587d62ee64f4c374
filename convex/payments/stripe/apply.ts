/** Writing what was read from Stripe: the app's own rows and the component's, in one transaction. */
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import type { Id } from "../../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../../_generated/server";
import { workpool } from "../../lib/workpool";
import { storeCustomer } from "../customers";
import { isEnded } from "../plans";
import { storeSubscription, storeSubscriptionEnd } from "./component";
import { stripeObject, type StripeObject, type StripeObjectOf } from "./objects";
import { claimReadVersion } from "./readVersions";

/** Writes an object, unless a read with a later version has been written. */
export const applyObject = internalMutation({
  args: { readVersion: v.number(), object: stripeObject },
  returns: v.null(),
  handler: async (ctx, { readVersion, object }) => {
    if (!(await claimReadVersion(ctx, object.id, readVersion))) return null;
    if (object.kind === "gone") await applyGone(ctx, object);
    else await applyExisting(ctx, object);
    return null;
  },
});

type Existing = Exclude<StripeObject, { kind: "gone" }>;

async function applyExisting(ctx: MutationCtx, object: Existing): Promise<void> {
  const { userId, deleted } = await ownerOf(ctx, object);
  if (object.kind === "subscription") await storeSubscription(ctx, object, userId);
  if (userId !== null) await writeOwned(ctx, object, userId);
  // A checkout that was still open when its user was deleted can be paid afterwards.
  if (deleted && object.kind === "subscription" && !isEnded(object.status)) {
    await workpool.enqueueAction(ctx, internal.payments.cancellation.cancelSubscriptionOfDeleted, {
      stripeSubscriptionId: object.id,
    });
  }
}

async function writeOwned(ctx: MutationCtx, object: Existing, userId: Id<"users">): Promise<void> {
  switch (object.kind) {
    case "subscription":
      await writeSubscription(ctx, object, userId);
      return;
    case "invoice":
      await writeInvoice(ctx, object, userId);
      return;
    case "payment":
      if (object.status === "succeeded") await writePayment(ctx, object, userId);
      return;
    case "customer":
      await storeCustomer(ctx, userId, [object.id]); // its creation may have been answered with a failure
      return;
  }
}

/**
 * Whose object this is: the user whose customer it belongs to, or else the one whom its metadata (ours,
 * or the operator's) names. `deleted` when there was such a user and is no more.
 */
async function ownerOf(
  ctx: MutationCtx,
  object: Existing,
): Promise<{ userId: Id<"users"> | null; deleted: boolean }> {
  const customerId = object.kind === "customer" ? object.id : object.customerId;
  const customer = customerId === null ? null : await customerRow(ctx, customerId);
  const userId = customer?.userId ?? ctx.db.normalizeId("users", object.metadata.userId ?? "");
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
  found: StripeObjectOf<"subscription">,
  userId: Id<"users">,
): Promise<void> {
  const fields = { userId, stripeSubscriptionId: found.id, ended: isEnded(found.status) };
  const row = await subscriptionRow(ctx, found.id);
  if (row === null) await ctx.db.insert("subscriptions", fields);
  else await ctx.db.replace("subscriptions", row._id, fields);
}

async function writeInvoice(
  ctx: MutationCtx,
  found: StripeObjectOf<"invoice">,
  userId: Id<"users">,
): Promise<void> {
  const { kind: _kind, id, customerId: _c, subscriptionId: _s, metadata: _m, ...line } = found;
  const row = await invoiceRow(ctx, id);
  if (row === null) await ctx.db.insert("invoices", { userId, ...line });
  else await ctx.db.replace("invoices", row._id, { userId, ...line });
}

async function writePayment(
  ctx: MutationCtx,
  found: StripeObjectOf<"payment">,
  userId: Id<"users">,
): Promise<void> {
  const { kind: _kind, id, customerId: _c, metadata: _m, ...line } = found;
  const row = await ctx.db
    .query("payments")
    .withIndex("by_stripe_id", (q) => q.eq("stripePaymentIntentId", id))
    .unique();
  if (row === null) await ctx.db.insert("payments", { userId, ...line });
}

/** Writes that Stripe has no such object (any more). */
async function applyGone(ctx: MutationCtx, { of, id }: StripeObjectOf<"gone">): Promise<void> {
  switch (of) {
    case "customer": {
      const row = await customerRow(ctx, id);
      if (row !== null) await ctx.db.patch("stripeCustomers", row._id, { deleted: true });
      return;
    }
    case "subscription": {
      const row = await subscriptionRow(ctx, id);
      if (row !== null) await ctx.db.patch("subscriptions", row._id, { ended: true });
      await storeSubscriptionEnd(ctx, id);
      return;
    }
    case "invoice": {
      const row = await invoiceRow(ctx, id);
      if (row !== null) await ctx.db.delete("invoices", row._id);
      return;
    }
    case "payment":
      return; // Stripe deletes none
  }
}
