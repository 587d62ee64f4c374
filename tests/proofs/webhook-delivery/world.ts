/** What the histories happen in: three senders, a backend, and the post between them. */
import type { Faults } from "@quaver/emulators";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import type Stripe from "stripe";
import type { SandboxState } from "./daytona-life.ts";
import type { Letter } from "./letters.ts";
import type { Mishap } from "./weather.ts";

/** A delivery that has been sent. */
export interface Sent {
  /** The status of the answer. */
  answer: Promise<number>;
}

/** Calls in somebody's name. */
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

/** See the module. */
export interface World {
  clerk: {
    /** @returns the Clerk id */
    signUp(name: string): Promise<string>;
    rename(id: string, name: string): Promise<void>;
    remove(id: string): Promise<void>;
  };
  daytona: {
    /** Brings a sandbox to rest in another state. */
    change(id: string, to: SandboxState): Promise<void>;
    /** Its state; null when there is none of this id. */
    state(id: string): Promise<string | null>;
  };
  stripe: {
    sdk: Stripe;
    /** What is for sale. */
    priceId: string;
    /** Pays on the page of a checkout session. */
    pay(url: string): Promise<void>;
    /** Has time and banks do something to a subscription. */
    meet(id: string, fate: { status: string } | { renew: true }): Promise<void>;
    faults: Faults;
  };
  caller(clerkId: string): Promise<Caller>;
  /** Takes what the senders have posted since the last time, in order. */
  collect(): Promise<Letter[]>;
  /** Sends a delivery: well signed, now. Returns once nothing is gained by waiting on. */
  send(letter: Letter, mishap: Mishap): Promise<Sent>;
  /** Waits for something that may need time to pass. */
  until<T>(promise: Promise<T>): Promise<T>;
  /** A step of time. */
  pass(): Promise<void>;
  /** Waits until the backend has no work left. */
  settle(): Promise<void>;
  /** Every document of a table. */
  rows(table: string, component?: "stripe"): Promise<Row[]>;
}
