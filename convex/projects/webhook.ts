/** `POST /daytona-webhook`: Daytona tells of changes of its sandboxes' states. */
import { internal } from "../_generated/api";
import { httpAction, type ActionCtx } from "../_generated/server";
import { env } from "../lib/env";
import { receiveSvixWebhook } from "../lib/webhooks";
import { readDaytonaEvent } from "./daytonaEvents";

/**
 * Answers 200 when the delivery is dealt with (an event that means nothing here included), 400
 * when it can't be trusted or read, 413 when it is too large, and 500 when this deployment has no
 * secret to check it with: then Svix tries again later.
 */
export const daytonaWebhook = httpAction(async (ctx: ActionCtx, request) => {
  const delivery = await receiveSvixWebhook(
    request,
    "DAYTONA_WEBHOOK_SECRET",
    env.DAYTONA_WEBHOOK_SECRET,
  );
  if (!delivery.ok) return delivery.response;
  const event = readDaytonaEvent(delivery.payload);
  if (event === null) return new Response("Not a Daytona event", { status: 400 });
  if (event.kind === "state") {
    const { sandboxId, observation } = event;
    const args = { sandboxId, observation, isEvent: true };
    await ctx.runMutation(internal.projects.reconcile.drift.applyObservation, args);
  }
  return new Response(null, { status: 200 });
});
