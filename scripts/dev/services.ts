import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startLocalDeployment } from "@quaver/local-deployment";
import { startClerkStandIn, startDaytonaStandIn, startStripeStandIn } from "@quaver/stand-ins";
import type { DevOptions } from "./options.ts";
import { recall, remember, type Memory } from "./memory.ts";
import { choosePorts, portOf, type Ports } from "./ports.ts";
import { outliving } from "./predecessor.ts";
import { setVariables } from "./variables.ts";

/** Everything that runs inside this process, and where it is. */
export interface Services {
  url: string;
  siteUrl: string;
  adminKey: string;
  clerkUrl: string;
  daytonaUrl: string;
  daytonaApiKey: string;
  stripeUrl: string;
  /** Stops all of it; data stays. */
  close(): Promise<void>;
}

/** Where a front end is expected: Vite's usual address. Stripe's pages lead back there. */
const SITE_URL = "http://localhost:5173";

/** Collects what has been started, to stop all of it. */
class Closers {
  readonly #closers: (() => Promise<void>)[] = [];

  async add<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const started = await starting;
    this.#closers.unshift(() => started.close());
    return started;
  }

  async close(): Promise<void> {
    const results = await Promise.allSettled(this.#closers.map((close) => close()));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }
}

/**
 * Starts the local deployment and the stand-ins on a data folder, and makes them known to each other.
 * The deployment comes first: it holds the folder's lock.
 */
export async function startServices({ dataDir, freePorts }: DevOptions): Promise<Services> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return await outliving(async (insist) => {
    const memory = recall(dataDir);
    const ports = await choosePorts(memory.ports, { freePorts, insist });
    return await startOn(dataDir, ports, memory);
  });
}

async function startOn(dataDir: string, ports: Ports, memory: Memory): Promise<Services> {
  const closers = new Closers();
  try {
    const deployment = await closers.add(
      startLocalDeployment({
        port: ports.deployment,
        sitePort: ports.site,
        dataDir: join(dataDir, "deployment"),
        egress: { "api.stripe.com": `http://127.0.0.1:${ports.stripe}` },
      }),
    );
    const clerk = await closers.add(
      startClerkStandIn({ port: ports.clerk, dataDir: join(dataDir, "clerk") }),
    );
    clerk.setWebhook({ url: `${deployment.siteUrl}/clerk-users-webhook` });
    const daytona = await closers.add(
      startDaytonaStandIn({ port: ports.daytona, dataDir: join(dataDir, "daytona") }),
    );
    daytona.setWebhook({ url: `${deployment.siteUrl}/daytona-webhook` });
    const stripe = await closers.add(
      startStripeStandIn({ port: ports.stripe, dataDir: join(dataDir, "stripe") }),
    );
    stripe.setWebhook({ url: `${deployment.siteUrl}/stripe/webhook` });
    const variables = await setVariables(
      deployment,
      {
        CLERK_API_URL: clerk.url,
        CLERK_FRONTEND_API_URL: clerk.issuer,
        CLERK_SECRET_KEY: clerk.secretKey,
        CLERK_WEBHOOK_SECRET: clerk.webhookSecret,
        DAYTONA_API_KEY: daytona.apiKey,
        DAYTONA_API_URL: daytona.url,
        DAYTONA_WEBHOOK_SECRET: daytona.webhookSecret,
        SITE_URL,
        STRIPE_PRICE_PRO: stripe.priceIds.pro ?? "",
        STRIPE_SECRET_KEY: stripe.secretKey,
        STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      },
      memory.variables,
    );
    remember(dataDir, {
      variables,
      ports: {
        deployment: portOf(deployment.url),
        site: portOf(deployment.siteUrl),
        clerk: portOf(clerk.url),
        daytona: portOf(daytona.url),
        stripe: portOf(stripe.url),
      },
    });
    return {
      url: deployment.url,
      siteUrl: deployment.siteUrl,
      adminKey: deployment.adminKey,
      clerkUrl: clerk.url,
      daytonaUrl: daytona.url,
      daytonaApiKey: daytona.apiKey,
      stripeUrl: stripe.url,
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}
