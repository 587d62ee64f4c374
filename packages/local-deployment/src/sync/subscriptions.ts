import { ENDLESS_TOKEN } from "../engine/protocol.ts";
import type { EngineClient } from "../application/engine_client.ts";

/** Somebody who holds live results. */
export interface Subscriber {
  /** Some of its results are no longer right. */
  invalidate(): void;
}

/** Who holds which live result, so that an invalidation reaches those it concerns and no others. */
export class Subscriptions {
  /** By token and holder, how many times: one holder may have asked the same thing twice. */
  readonly #holders = new Map<number, Map<Subscriber, number>>();
  readonly #all = new Set<Subscriber>();

  /** Set once the engine runs; releases go to it. */
  engine: EngineClient | null = null;

  join(subscriber: Subscriber): void {
    this.#all.add(subscriber);
  }

  leave(subscriber: Subscriber): void {
    this.#all.delete(subscriber);
  }

  hold(token: number, subscriber: Subscriber): void {
    const holders = this.#holders.get(token) ?? new Map<Subscriber, number>();
    holders.set(subscriber, (holders.get(subscriber) ?? 0) + 1);
    this.#holders.set(token, holders);
  }

  /** Whether what the subscriber holds under the token is still right. */
  holds(token: number, subscriber: Subscriber): boolean {
    return this.#holders.get(token)?.has(subscriber) === true;
  }

  /** Gives results back. */
  release(tokens: readonly number[], subscriber: Subscriber): void {
    const held = tokens.filter((token) => this.#drop(token, subscriber));
    if (held.length > 0) void this.engine?.call("release", held).catch(() => undefined);
  }

  /** The engine says that these are no longer right; it has forgotten them itself. */
  invalidated(tokens: readonly number[]): void {
    const stale = new Set<Subscriber>();
    for (const token of tokens) {
      for (const holder of this.#holders.get(token)?.keys() ?? []) stale.add(holder);
      this.#holders.delete(token);
    }
    for (const subscriber of stale) subscriber.invalidate();
  }

  /** Another engine runs: nothing that was held is known to it, but for what never ended in the one before. */
  restarted(): void {
    const endless = this.#holders.get(ENDLESS_TOKEN);
    this.#holders.clear();
    if (endless !== undefined) this.#holders.set(ENDLESS_TOKEN, endless);
    for (const subscriber of this.#all) subscriber.invalidate();
  }

  /** @returns whether the subscriber had it */
  #drop(token: number, subscriber: Subscriber): boolean {
    const holders = this.#holders.get(token);
    const times = holders?.get(subscriber);
    if (holders === undefined || times === undefined) return false;
    if (times > 1) holders.set(subscriber, times - 1);
    else holders.delete(subscriber);
    if (holders.size === 0) this.#holders.delete(token);
    return true;
  }
}
