import type { EngineClient } from "../server/engine_client.ts";

/** Somebody who holds live results. */
export interface Subscriber {
  /** Some of its results are no longer right. */
  stale(): void;
}

/** Who holds which live result, so that an invalidation reaches those it concerns and no others. */
export class Subscriptions {
  readonly #holders = new Map<number, Set<Subscriber>>();
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
    const holders = this.#holders.get(token);
    if (holders === undefined) this.#holders.set(token, new Set([subscriber]));
    else holders.add(subscriber);
  }

  /** Gives results back. */
  release(tokens: readonly number[], subscriber: Subscriber): void {
    const held = tokens.filter((token) => this.#holders.get(token)?.delete(subscriber) === true);
    for (const token of held) {
      if (this.#holders.get(token)?.size === 0) this.#holders.delete(token);
    }
    if (held.length > 0) void this.engine?.call("release", held).catch(() => undefined);
  }

  /** The engine says that these are no longer right; it has forgotten them itself. */
  invalidated(tokens: readonly number[]): void {
    const stale = new Set<Subscriber>();
    for (const token of tokens) {
      for (const holder of this.#holders.get(token) ?? []) stale.add(holder);
      this.#holders.delete(token);
    }
    for (const subscriber of stale) subscriber.stale();
  }

  /** Another engine runs: nothing that was held is known to it. */
  restarted(): void {
    this.#holders.clear();
    for (const subscriber of this.#all) subscriber.stale();
  }
}
