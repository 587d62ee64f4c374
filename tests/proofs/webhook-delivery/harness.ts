/** What a history is replayed against: three senders and a backend. One implementation is in memory, one over the wire. */
import type { FaultKind, Faults } from "@quaver/emulators";
import type Stripe from "stripe";
import type { TestUser } from "../../support/user.ts";
import type { DeliveryFault } from "./deliveries.ts";
import type { SandboxState } from "./history.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** A document. */
export type Row = Record<string, unknown>;

export interface Harness {
  clerk: {
    /** @returns the Clerk id */
    signUp(name: string): Promise<string>;
    rename(id: string, name: string): Promise<unknown>;
    remove(id: string): Promise<unknown>;
  };
  daytona: {
    /** Changes a sandbox's state, and waits until it is there. */
    change(id: string, to: SandboxState): Promise<void>;
    /** Null when there is no sandbox of this id. */
    state(id: string): Promise<string | null>;
  };
  stripe: {
    sdk: Stripe;
    /** The price of the pro plan. */
    priceId: string;
    /** Pays on the page of a checkout session. */
    pay(url: string): Promise<void>;
    /** What time and banks do to a subscription. */
    changeSubscription(id: string, change: { status: string } | { renew: true }): Promise<unknown>;
    faults: Faults;
  };
  /** @param clerkId - of the user who calls */
  caller(clerkId: string): Pick<TestUser, "action" | "query">;
  /** Takes the events that the senders have sent since the last time, in order. */
  takeEvents(): Promise<WebhookEvent[]>;
  /** Delivers an event, signed now. Returns once nothing is gained by waiting any longer; the status comes later. */
  deliver(event: WebhookEvent, fault: DeliveryFault): Promise<{ answer: Promise<number> }>;
  /** Waits for something that may need time to pass. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** Lets the time of one step pass. */
  passStep(): Promise<void>;
  /** Waits until the backend has no work left. */
  settle(): Promise<void>;
  /** Every document of a table. */
  rows(table: string, component?: "stripe"): Promise<Row[]>;
}

const OUTAGES: readonly FaultKind[] = [
  { status: 500, body: { error: { type: "api_error", message: "Oops" } } },
  "drop",
  { status: 429, headers: { "retry-after": "1" }, body: { error: { message: "Slow down" } } },
  "malformed",
  { status: 500, body: {} },
];

/** Has Stripe's API fail, each time in another way, when the object of an event is read next. */
export function stripeOutages(faults: Faults): (event: WebhookEvent) => () => void {
  let count = 0;
  return (event) => {
    const kind = OUTAGES[count++ % OUTAGES.length]!;
    return faults.add({ method: "GET", path: readPathOf(event), nth: 1, kind });
  };
}

/** The path at which the object of an event is read from Stripe. */
export function readPathOf({ objectId }: WebhookEvent): RegExp {
  return new RegExp(`^/v1/.*/${objectId}$`);
}
