/** The world of the weather proof over the wire: a real deployment, the emulators, and real concurrency. */
import Stripe from "stripe";
import { httpClient } from "../../support/clients.ts";
import { within } from "../../support/dev.ts";
import { isPending, isRunning } from "../../support/jobs.ts";
import { readTable } from "../../support/operator.ts";
import { startWorld } from "../../support/world.ts";
import type { World as Services } from "../../support/world.ts";
import type { Sender } from "./history.ts";
import type { Letter } from "./letters.ts";
import { outages, readingOf } from "./outage.ts";
import { openPostOffice } from "./post-office.ts";
import { clerkOf, daytonaOf, payAt, meetAt } from "./senders.ts";
import { headersOf, PATHS } from "./signing.ts";
import type { Mishap } from "./weather.ts";
import type { World } from "./world.ts";

/** Changes at Daytona are quick, but no two of a sandbox have the same time. */
const DELAY_MS = 5;
/** A slow answer of Stripe's: some deliveries overtake it. */
const SLOW_MS = 100;
/** The backend's jobs take seconds, on two busy cores. */
const SETTLED_WITHIN_MS = 120_000;
const POLL_MS = 25;

/** A world to live many histories in. */
export interface WireWorld extends World {
  close(): Promise<void>;
}

/** Starts everything; the emulators tell nobody but the post office. */
export async function aWireWorld(): Promise<WireWorld> {
  const delaysMs = Object.fromEntries(
    ["create", "start", "stop", "archive", "destroy"].map((name) => [name, DELAY_MS]),
  );
  const services = await startWorld({ webhooks: false, daytona: { delaysMs } });
  const office = await openPostOffice();
  const { clerk, daytona, stripe, deployment } = services;
  clerk.setWebhook({ url: office.urlFor("clerk") });
  daytona.setWebhook({ url: office.urlFor("daytona") });
  stripe.setWebhook({ url: office.urlFor("stripe") });
  const sdk = sdkFor(services);
  const kinds = outages();
  return {
    clerk: clerkOf(services),
    daytona: daytonaOf(services),
    stripe: {
      sdk,
      priceId: stripe.priceIds.pro!,
      pay: payAt,
      meet: (id, fate) => meetAt(stripe.url, id, fate),
      faults: stripe.faults,
    },
    caller: async (clerkId) => {
      const answer = await fetch(`${clerk.url}/tokens`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ user_id: clerkId }),
      });
      const { token } = (await answer.json()) as { token: string };
      return httpClient(deployment.url, token);
    },
    collect: async () => {
      await untilPosted(services);
      return office.collect();
    },
    send: async (letter, mishap) => {
      const mend = prepare(services, letter, mishap, () => kinds.next().value);
      const answer = post(services, letter).finally(mend);
      return { answer };
    },
    until: (promise) => promise,
    pass: async () => undefined,
    settle: () => untilIdle(services),
    rows: (table, component) => readTable(deployment, table, component),
    close: async () => {
      await services.close();
      office.close();
    },
  };
}

function sdkFor({ stripe }: Services): Stripe {
  const { hostname, port } = new URL(stripe.url);
  const { secretKey } = stripe;
  return new Stripe(secretKey, { host: hostname, port, protocol: "http", telemetry: false });
}

function secretOf(services: Services, sender: Sender): string {
  return services[sender].webhookSecret;
}

/** Sends a delivery. @returns the answer's status; 0 when there was none */
async function post(services: Services, letter: Letter): Promise<number> {
  const headers = await headersOf(letter, secretOf(services, letter.sender));
  try {
    const answer = await fetch(services.deployment.siteUrl + PATHS[letter.sender], {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: letter.body,
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return 0;
  }
}

/** Lets Stripe's API be away or slow for one reading; returns what takes that back if nobody asks. */
function prepare(
  { stripe }: Services,
  letter: Letter,
  mishap: Mishap,
  nextOutage: () => ReturnType<ReturnType<typeof outages>["next"]>["value"],
): () => void {
  const rule = { method: "GET", path: readingOf(letter), nth: 1 };
  if (mishap === "Stripe away") return stripe.faults.add({ ...rule, kind: nextOutage() });
  if (mishap !== "Stripe slow") return () => undefined;
  return stripe.faults.add({ ...rule, kind: { delayMs: SLOW_MS, when: "after" } });
}

async function untilPosted({ clerk, daytona, stripe }: Services): Promise<void> {
  const isPosted = () => [clerk, daytona, stripe].every((sender) => sender.pendingWebhooks() === 0);
  while (!isPosted()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Waits until no job is left, and nothing is scheduled. */
async function untilIdle({ deployment }: Services): Promise<void> {
  const isIdle = async () => {
    const jobs = await readTable(deployment, "work", "workpool");
    const scheduled = await readTable(deployment, "_scheduled_functions");
    return jobs.length === 0 && !scheduled.some((job) => isPending(job) || isRunning(job));
  };
  const idle = async () => {
    while (!(await isIdle())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  };
  await within(SETTLED_WITHIN_MS, "the backend to have no work left", idle());
}
