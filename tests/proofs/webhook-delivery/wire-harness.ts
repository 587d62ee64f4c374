/** The harness over the wire: a deployment, the emulators, and deliveries at the same time. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Stripe from "stripe";
import { readTable, untilIdle } from "../../support/operator.ts";
import { until } from "../../support/until.ts";
import { payCheckout, TestUser } from "../../support/user.ts";
import { startWorld, type World } from "../../support/world.ts";
import type { SandboxState } from "./changes.ts";
import type { Harness } from "./harness.ts";
import type { Sender } from "./history.ts";
import {
  readEvent,
  readPathOf,
  signedHeaders,
  stripeOutages,
  WEBHOOK_PATHS,
  type WebhookEvent,
} from "./webhook-event.ts";

/** Changes at Daytona are quick, but no two of a sandbox have the same time. */
const CHANGE_MS = 5;
/** A slow answer of Stripe's: some deliveries overtake it. */
const SLOW_MS = 100;
/** The backend's jobs take seconds, on two busy cores. */
const SETTLED_WITHIN_MS = 120_000;

/** A harness for many histories. */
export interface WireHarness extends Harness {
  close(): Promise<void>;
}

/** Starts everything; the emulators send their webhooks to the harness alone. */
export async function startWireHarness(): Promise<WireHarness> {
  const delaysMs = Object.fromEntries(
    ["create", "start", "stop", "archive", "destroy"].map((name) => [name, CHANGE_MS]),
  );
  const world = await startWorld({ webhooks: false, daytona: { delaysMs } });
  const { clerk, daytona, stripe, deployment } = world;
  const receiver = await startReceiver();
  for (const [name, emulator] of Object.entries({ clerk, daytona, stripe })) {
    emulator.setWebhook({ url: `${receiver.url}/${name}` });
  }
  const { hostname: host, port } = new URL(stripe.url);
  const sdk = new Stripe(stripe.secretKey, { host, port, protocol: "http", telemetry: false });
  const outages = stripeOutages();
  return {
    clerk: clerkOf(world),
    daytona: daytonaOf(world),
    stripe: {
      sdk,
      priceId: stripe.priceIds.pro!,
      pay: payCheckout,
      changeSubscription: async (id, change) => {
        await send("POST", `${stripe.url}/_subscriptions/${id}`, {}, change);
      },
      faults: stripe.faults,
    },
    caller: (clerkId) => new TestUser(world, clerkId),
    takeEvents: async () => {
      const emulators = [clerk, daytona, stripe];
      const areSent = () => emulators.every((emulator) => emulator.pendingWebhooks() === 0);
      await until("the webhooks to be sent", areSent, { intervalMs: 1 });
      return receiver.events.splice(0);
    },
    deliver: async (event, fault) => {
      const rule = { method: "GET", path: readPathOf(event), nth: 1 };
      const kind =
        fault === "Stripe unavailable"
          ? outages.next().value
          : fault === "Stripe slow" && { delayMs: SLOW_MS, when: "after" as const };
      // Taken back afterwards, in case that nothing is read.
      const remove = kind ? stripe.faults.add({ ...rule, kind }) : () => undefined;
      return { answer: deliver(world, event).finally(remove) };
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

/** @returns the answer's status; 0 when there was none */
async function deliver(world: World, event: WebhookEvent): Promise<number> {
  const { sender, body } = event;
  const headers = await signedHeaders(event, world[sender].webhookSecret);
  try {
    const url = world.deployment.siteUrl + WEBHOOK_PATHS[sender];
    const init = { method: "POST", headers: { "content-type": "application/json", ...headers } };
    const answer = await fetch(url, { ...init, body });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  }
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

/** Clerk, by its sign-up page and as its dashboard does. */
function clerkOf({ clerk }: World): Harness["clerk"] {
  const authorization = `Bearer ${clerk.secretKey}`;
  let count = 0;
  return {
    signUp: async (first_name) => {
      const email = `user-${++count}@example.com`;
      const answer = await send("POST", `${clerk.url}/sign-ups`, {}, { email, first_name });
      const { user } = (await answer.json()) as { user: { id: string } };
      return user.id;
    },
    rename: async (id, first_name) => {
      await send("PATCH", `${clerk.url}/v1/users/${id}`, { authorization }, { first_name });
    },
    remove: async (id) => {
      await send("DELETE", `${clerk.url}/v1/users/${id}`, { authorization });
    },
  };
}

const SANDBOX_REQUESTS: Record<SandboxState, { method: string; path: string }> = {
  started: { method: "POST", path: "/start" },
  stopped: { method: "POST", path: "/stop" },
  archived: { method: "POST", path: "/archive" },
  destroyed: { method: "DELETE", path: "" },
};

/** Daytona, as its dashboard does. */
function daytonaOf({ daytona }: World): Harness["daytona"] {
  const headers = { authorization: `Bearer ${daytona.apiKey}` };
  const state = async (id: string): Promise<string | null> => {
    const answer = await fetch(`${daytona.url}/sandbox/${id}`, { headers });
    if (answer.status === 404) return null;
    return ((await answer.json()) as { state: string }).state;
  };
  return {
    change: async (id, to) => {
      const { method, path } = SANDBOX_REQUESTS[to];
      await send(method, `${daytona.url}/sandbox/${id}${path}`, headers);
      const target = to === "destroyed" ? null : to;
      const isThere = async () => (await state(id)) === target;
      await until(`a sandbox to be ${to}`, isThere, { intervalMs: 2 });
    },
    state,
  };
}

async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Response> {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
