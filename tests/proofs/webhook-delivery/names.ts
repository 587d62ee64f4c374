/** Names that mean the same in every run of a history, for ids that don't. */
import type Stripe from "stripe";
import type { Actor } from "./cast.ts";
import { type Letter, versionIn } from "./letters.ts";
import type { Run } from "./live.ts";
import type { World } from "./world.ts";

/** What Stripe has of a customer, each list oldest first. */
export interface Account {
  customerId: string;
  isDeleted: boolean;
  subscriptions: Stripe.Subscription[];
  invoices: Stripe.Invoice[];
  payments: Stripe.PaymentIntent[];
  sessions: Stripe.Checkout.Session[];
}

/** The names of everything that belongs to the people of one run. */
export class Names {
  readonly #names = new Map<string, string>();
  readonly #owners = new Map<string, Actor>();

  /**
   * @param accounts theirs, by customer
   * @param priceId of what is for sale, which is nobody's
   */
  constructor({ cast, courier }: Run, accounts: ReadonlyMap<string, Account>, priceId: string) {
    this.#names.set(priceId, "the price");
    for (const [index, actor] of cast.entries()) {
      const who = `person ${index}`;
      this.#give(actor, who, actor.clerkId);
      this.#give(actor, `row of ${who}`, actor.userId);
      this.#giveEach(actor, `project of ${who}`, actor.projectIds);
      this.#giveEach(actor, `sandbox of ${who}`, actor.sandboxIds);
      const account = accounts.get(actor.customerId ?? "");
      if (account) this.#giveAccount(actor, who, account);
    }
    this.#giveEvents(courier.letters);
    this.#giveVersions(courier.letters);
  }

  /** The name of an id; anything else as it is. */
  of(value: string): string {
    return this.#names.get(value) ?? value;
  }

  /** The person whose something is. */
  ownerOf(value: string): Actor | undefined {
    return this.#owners.get(value);
  }

  /** The name of a person's `updated_at`: the how-manieth it is. */
  ofVersion(clerkId: string, updatedAt: number): string {
    return this.of(`${clerkId} as of ${updatedAt}`);
  }

  #give(actor: Actor, name: string, id: string | null): void {
    if (id === null) return;
    this.#names.set(id, name);
    this.#owners.set(id, actor);
  }

  #giveEach(actor: Actor, name: string, ids: readonly string[]): void {
    for (const [index, id] of ids.entries()) this.#give(actor, `${name}, ${index}`, id);
  }

  #giveAccount(actor: Actor, who: string, account: Account): void {
    const { subscriptions, invoices, payments, sessions } = account;
    const idOf = ({ id }: { id: string }) => id;
    this.#give(actor, `customer of ${who}`, account.customerId);
    this.#giveEach(actor, `subscription of ${who}`, subscriptions.map(idOf));
    this.#giveEach(actor, `invoice of ${who}`, invoices.map(idOf));
    this.#giveEach(actor, `payment of ${who}`, payments.map(idOf));
    this.#giveEach(actor, `checkout of ${who}`, sessions.map(idOf));
    const numbers = invoices.map(({ number }) => number ?? "");
    this.#giveEach(actor, `invoice number of ${who}`, numbers);
  }

  /** Stripe's events by what they say of what; of those that say the same, all have one name. */
  #giveEvents(letters: readonly Letter[]): void {
    for (const { sender, id, type, about } of letters) {
      const owner = this.#owners.get(about);
      if (sender === "stripe" && owner) this.#give(owner, `${type} of ${this.of(about)}`, id);
    }
  }

  #giveVersions(letters: readonly Letter[]): void {
    const seen = new Map<string, Set<number>>();
    for (const letter of letters) {
      const version = letter.sender === "clerk" ? versionIn(letter) : null;
      if (version === null) continue;
      const versions = seen.get(letter.about) ?? new Set<number>();
      seen.set(letter.about, versions.add(version));
      this.#names.set(`${letter.about} as of ${version}`, `version ${versions.size}`);
    }
  }
}

/** What Stripe has of the people's customers. */
export async function accountsOf(
  world: World,
  cast: readonly Actor[],
): Promise<Map<string, Account>> {
  const accounts = new Map<string, Account>();
  for (const { customerId } of cast) {
    if (customerId === null) continue;
    accounts.set(customerId, await world.until(accountOf(world.stripe.sdk, customerId)));
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
