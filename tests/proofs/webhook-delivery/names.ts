/** Names that mean the same in every run of a history, in place of ids that differ. */
import type Stripe from "stripe";
import type { Harness } from "./harness.ts";
import type { HistoryUser, Run } from "./replay.ts";
import { versionIn, type WebhookEvent } from "./webhook-event.ts";

/** What Stripe has of a customer, each list oldest first. */
export interface Account {
  customerId: string;
  isDeleted: boolean;
  subscriptions: Stripe.Subscription[];
  invoices: Stripe.Invoice[];
  payments: Stripe.PaymentIntent[];
  sessions: Stripe.Checkout.Session[];
}

/** The names of everything that belongs to the users of one run. */
export class Names {
  readonly #names = new Map<string, string>();
  readonly #owners = new Map<string, HistoryUser>();

  /**
   * @param accounts - by customer
   * @param priceId - of the pro plan, which is nobody's
   */
  constructor({ users, dispatcher }: Run, accounts: ReadonlyMap<string, Account>, priceId: string) {
    this.#names.set(priceId, "the price");
    for (const [index, user] of users.entries()) {
      const who = `user ${index}`;
      this.#give(user, who, user.clerkId);
      this.#give(user, `row of ${who}`, user.userId);
      this.#giveEach(user, `project of ${who}`, user.projectIds);
      this.#giveEach(user, `sandbox of ${who}`, user.sandboxIds);
      const account = accounts.get(user.customerId ?? "");
      if (account) this.#giveAccount(user, who, account);
    }
    this.#giveEvents(dispatcher.events);
    this.#giveVersions(dispatcher.events);
  }

  /** The name of an id; anything else as it is. */
  of(value: string): string {
    return this.#names.get(value) ?? value;
  }

  /** The user to whom an id belongs. */
  ownerOf(value: string): HistoryUser | undefined {
    return this.#owners.get(value);
  }

  /** The name of a user's `updated_at`: "version 2" for the second. */
  ofVersion(clerkId: string, updatedAt: number): string {
    return this.of(`${clerkId} as of ${updatedAt}`);
  }

  #give(user: HistoryUser, name: string, id: string | null): void {
    if (id === null) return;
    this.#names.set(id, name);
    this.#owners.set(id, user);
  }

  #giveEach(user: HistoryUser, name: string, ids: readonly string[]): void {
    for (const [index, id] of ids.entries()) this.#give(user, `${name}, ${index}`, id);
  }

  #giveAccount(user: HistoryUser, who: string, account: Account): void {
    const { subscriptions, invoices, payments, sessions } = account;
    const idOf = ({ id }: { id: string }) => id;
    this.#give(user, `customer of ${who}`, account.customerId);
    this.#giveEach(user, `subscription of ${who}`, subscriptions.map(idOf));
    this.#giveEach(user, `invoice of ${who}`, invoices.map(idOf));
    this.#giveEach(user, `payment of ${who}`, payments.map(idOf));
    this.#giveEach(user, `checkout of ${who}`, sessions.map(idOf));
    const numbers = invoices.map(({ number }) => number ?? "");
    this.#giveEach(user, `invoice number of ${who}`, numbers);
  }

  /** Stripe's events by type and object; those that have both in common share a name. */
  #giveEvents(events: readonly WebhookEvent[]): void {
    for (const { sender, id, type, objectId } of events) {
      const owner = this.#owners.get(objectId);
      if (sender === "stripe" && owner) this.#give(owner, `${type} of ${this.of(objectId)}`, id);
    }
  }

  #giveVersions(events: readonly WebhookEvent[]): void {
    const seen = new Map<string, Set<number>>();
    for (const event of events) {
      const version = event.sender === "clerk" ? versionIn(event) : null;
      if (version === null) continue;
      const versions = seen.get(event.objectId) ?? new Set<number>();
      seen.set(event.objectId, versions.add(version));
      this.#names.set(`${event.objectId} as of ${version}`, `version ${versions.size}`);
    }
  }
}

/** What Stripe has of the users' customers. */
export async function accountsOf(
  harness: Harness,
  users: readonly HistoryUser[],
): Promise<Map<string, Account>> {
  const accounts = new Map<string, Account>();
  for (const { customerId } of users) {
    if (customerId === null) continue;
    accounts.set(customerId, await harness.until(accountOf(harness.stripe.sdk, customerId)));
  }
  return accounts;
}

async function accountOf(sdk: Stripe, customer: string): Promise<Account> {
  const { deleted } = await sdk.customers.retrieve(customer);
  return {
    customerId: customer,
    isDeleted: deleted ?? false,
    subscriptions: await allOf(sdk.subscriptions.list({ customer, status: "all", limit: 100 })),
    invoices: await allOf(sdk.invoices.list({ customer, limit: 100 })),
    payments: await allOf(sdk.paymentIntents.list({ customer, limit: 100 })),
    sessions: await allOf(sdk.checkout.sessions.list({ customer, limit: 100 })),
  };
}

async function allOf<T>(list: Stripe.ApiListPromise<T>): Promise<T[]> {
  return (await list.autoPagingToArray({ limit: 10_000 })).reverse();
}
