/** `POST /clerk-users-webhook`: Clerk's events about users. */
import { internal } from "../_generated/api";
import { httpAction, type ActionCtx } from "../_generated/server";
import { env } from "../lib/env";
import { receiveSvixWebhook } from "../lib/webhooks";
import { readClerkEvent, type ClerkEvent } from "./clerkEvents";

/**
 * Answers 200 when the delivery is dealt with (an event that means nothing here included), 400
 * when it can't be trusted or read, 413 when it is too large, and 500 when this deployment has no
 * secret to check it with: then Svix tries again later.
 */
export const clerkUsersWebhook = httpAction(async (ctx: ActionCtx, request) => {
  const delivery = await receiveSvixWebhook(
    request,
    "CLERK_WEBHOOK_SECRET",
    env.CLERK_WEBHOOK_SECRET,
  );
  if (!delivery.ok) return delivery.response;
  const event = readClerkEvent(delivery.payload);
  if (event === null) return new Response("Not a Clerk event", { status: 400 });
  await applyClerkEvent(ctx, event);
  return new Response(null, { status: 200 });
});

async function applyClerkEvent(ctx: ActionCtx, event: ClerkEvent): Promise<void> {
  switch (event.kind) {
    case "upsert":
      await ctx.runMutation(internal.auth.sync.upsertUser, { clerkUser: event.clerkUser });
      return;
    case "delete":
      await ctx.runMutation(internal.auth.sync.removeUser, { clerkId: event.clerkId });
      return;
    case "ignore":
      return;
  }
}
