import { ENDLESS_TOKEN } from "../engine/protocol.ts";
import type { EngineClient } from "../application/engine_client.ts";

/** A session that holds live results. */
export interface Subscriber {
  /** Called when some of its results are stale. */
  invalidate(): void;
}

/** Which sessions hold which live results, so that an invalidation reaches only those. */
export class Subscriptions {
  /** Counts by token and session: a session may have the same query twice. */
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

  /** Whether the subscriber's result of this token is still valid. */
  holds(token: number, subscriber: Subscriber): boolean {
    return this.#holders.get(token)?.has(subscriber) === true;
  }

  /** Releases results. */
  release(tokens: readonly number[], subscriber: Subscriber): void {
    const held = tokens.filter((token) => this.#drop(token, subscriber));
    if (held.length > 0) void this.engine?.call("release", held).catch(() => undefined);
  }

  /** Called when the engine has invalidated and dropped these results. */
  invalidated(tokens: readonly number[]): void {
    const stale = new Set<Subscriber>();
    for (const token of tokens) {
      for (const holder of this.#holders.get(token)?.keys() ?? []) stale.add(holder);
      this.#holders.delete(token);
    }
    for (const subscriber of stale) subscriber.invalidate();
  }

  /** Called when the engine was restarted: all results are invalid, except those of queries that never ended. */
  restarted(): void {
    const endless = this.#holders.get(ENDLESS_TOKEN);
    this.#holders.clear();
    if (endless !== undefined) this.#holders.set(ENDLESS_TOKEN, endless);
    for (const subscriber of this.#all) subscriber.invalidate();
  }

  /** @returns whether the subscriber held it */
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
