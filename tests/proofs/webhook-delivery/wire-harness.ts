/** The harness over the wire: a deployment, the emulators, and deliveries at the same time. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Stripe from "stripe";
import { signUp } from "../../support/emulators.ts";
import { readTable, untilIdle } from "../../support/operator.ts";
import { pushedDeployment } from "../../support/pushed-data.ts";
import { askService } from "../../support/services.ts";
import { until } from "../../support/until.ts";
import { payCheckout, TestUser } from "../../support/user.ts";
import { startWorld } from "../../support/world.ts";
import { readPathOf, stripeOutages, type Harness } from "./harness.ts";
import type { Sender } from "./history.ts";
import { readEvent, signedRequest, type WebhookEvent } from "./webhook-event.ts";

/** Changes at Daytona are quick, but no two of a sandbox have the same time. */
const CHANGE_MS = 5;
/** A slow answer of Stripe's: some deliveries overtake it. */
const SLOW_MS = 100;
/** The backend's jobs take seconds, on two busy cores. */
const SETTLED_WITHIN_MS = 120_000;

/** The requests of Daytona's dashboard. */
const SANDBOX_REQUESTS = {
  started: ["POST", "/start"],
  stopped: ["POST", "/stop"],
  archived: ["POST", "/archive"],
  destroyed: ["DELETE", ""],
} as const;

/** A harness for many histories. */
export interface WireHarness extends Harness {
  close(): Promise<void>;
}

/** Starts everything; the emulators send their webhooks to the harness alone. */
export async function startWireHarness(): Promise<WireHarness> {
  const delaysMs = Object.fromEntries(
    ["create", "start", "stop", "archive", "destroy"].map((name) => [name, CHANGE_MS]),
  );
  const world = await startWorld({
    pushed: pushedDeployment(),
    webhooks: false,
    daytona: { delaysMs },
  });
  const { clerk, daytona, stripe, deployment } = world;
  const receiver = await startReceiver();
  const emulators = { clerk, daytona, stripe };
  for (const [name, emulator] of Object.entries(emulators)) {
    emulator.setWebhook({ url: `${receiver.url}/${name}` });
  }
  const { hostname: host, port } = new URL(stripe.url);
  const addOutage = stripeOutages(stripe.faults);
  let count = 0;

  const stateOf = async (id: string) => {
    const sandbox = (await askService(world, "daytona", `/sandbox/${id}`)) as {
      state: string;
    } | null;
    return sandbox?.state ?? null;
  };
  return {
    clerk: {
      signUp: async (firstName) =>
        (await signUp({ clerkUrl: clerk.url }, `user-${++count}@example.com`, firstName)).id,
      rename: (id, first_name) =>
        askService(world, "clerk", `/v1/users/${id}`, { method: "PATCH", body: { first_name } }),
      remove: (id) => askService(world, "clerk", `/v1/users/${id}`, { method: "DELETE" }),
    },
    daytona: {
      change: async (id, to) => {
        const [method, path] = SANDBOX_REQUESTS[to];
        await askService(world, "daytona", `/sandbox/${id}${path}`, { method });
        const isThere = async () => (await stateOf(id)) === (to === "destroyed" ? null : to);
        await until(`a sandbox to be ${to}`, isThere, { intervalMs: 2 });
      },
      state: stateOf,
    },
    stripe: {
      sdk: new Stripe(stripe.secretKey, { host, port, protocol: "http", telemetry: false }),
      priceId: stripe.priceIds.pro!,
      pay: payCheckout,
      changeSubscription: (id, body) =>
        askService(world, "stripe", `/_subscriptions/${id}`, { method: "POST", body }),
      faults: stripe.faults,
    },
    caller: (clerkId) => new TestUser(world, clerkId),
    takeEvents: async () => {
      const areSent = () => Object.values(emulators).every((one) => one.pendingWebhooks() === 0);
      await until("the webhooks to be sent", areSent, { intervalMs: 1 });
      return receiver.events.splice(0);
    },
    deliver: async (event, fault) => {
      const slow = { method: "GET", path: readPathOf(event), nth: 1 } as const;
      // Taken back afterwards, in case that nothing is read.
      const remove =
        fault === "Stripe unavailable"
          ? addOutage(event)
          : fault === "Stripe slow"
            ? stripe.faults.add({ ...slow, kind: { delayMs: SLOW_MS, when: "after" } })
            : () => undefined;
      const { path, request } = await signedRequest(event, world[event.sender].webhookSecret);
      const answer = fetch(deployment.siteUrl + path, request).then(
        async ({ body, status }) => {
          await body?.cancel();
          return status;
        },
        () => 0, // no answer
      );
      return { answer: answer.finally(remove) };
    },
    until: (promise) => promise,
    passStep: async () => undefined,
    settle: () => untilIdle(deployment, { dueWithinMs: Infinity, timeoutMs: SETTLED_WITHIN_MS }),
    rows: (table, component) => readTable(deployment, table, component),
    close: async () => {
      await world.close();
      receiver.close();
    },
  };
}

/** Receives the emulators' webhooks, and keeps their events. The last part of the path is the sender. */
async function startReceiver() {
  const events: WebhookEvent[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const sender = (request.url ?? "").slice(1) as Sender;
      events.push(readEvent(sender, String(request.headers["svix-id"]), body));
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
