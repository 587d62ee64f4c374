/** What a history is replayed against: three senders and a backend. One implementation is in memory, one over the wire. */
import type { Faults } from "@quaver/emulators";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import type Stripe from "stripe";
import type { SandboxState } from "./changes.ts";
import type { DeliveryFault } from "./delivery-faults.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** Calls of one user. */
export interface Caller {
  action<F extends FunctionReference<"action">>(
    action: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>>;
  query<F extends FunctionReference<"query">>(
    query: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>>;
}

/** A document. */
export type Row = Record<string, unknown>;

/** What time and banks do to a subscription. */
export type SubscriptionChange = { status: string } | { renew: true };

export interface Harness {
  clerk: {
    /** @returns the Clerk id */
    signUp(name: string): Promise<string>;
    rename(id: string, name: string): Promise<void>;
    remove(id: string): Promise<void>;
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
    changeSubscription(id: string, change: SubscriptionChange): Promise<void>;
    faults: Faults;
  };
  /** @param clerkId - of the user who calls */
  caller(clerkId: string): Caller;
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
