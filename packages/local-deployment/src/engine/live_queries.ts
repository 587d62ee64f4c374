import { type FunctionCall, type LiveQuery, type LiveResult, ENDLESS_TOKEN } from "./protocol.ts";
import type { IndexWrite } from "../tx/pending_commit.ts";
import { Transaction } from "../tx/transaction.ts";
import { SubscriptionIndex } from "../values/queries/subscription_index.ts";
import { runFunction } from "./calls/executor.ts";
import type { EngineState } from "./state.ts";

interface Cached {
  readonly token: number;
  readonly result: LiveResult;
  readonly keys: readonly string[];
  users: number;
}

/**
 * The results of live queries. A result is shared by all subscribers of the same query, and is valid
 * until a commit writes a key in a range that its run has read.
 */
export class LiveQueries {
  readonly #ranges = new SubscriptionIndex<Cached>();
  readonly #byKey = new Map<string, Cached>();
  readonly #byToken = new Map<number, Cached>();
  #nextToken: number;

  constructor(
    private readonly state: EngineState,
    firstToken: number,
  ) {
    this.#nextToken = firstToken;
  }

  /** Results of all queries in one snapshot; each counts as one user of its result. */
  async results(queries: readonly LiveQuery[]): Promise<(LiveResult | null)[]> {
    const results: (LiveResult | null)[] = [];
    for (const query of queries) {
      const { held } = query;
      const current = held === ENDLESS_TOKEN || (held !== null && this.#byToken.has(held));
      results.push(current ? null : await this.#result(query));
    }
    return results;
  }

  /** Releases results; unused ones are dropped. */
  release(tokens: readonly number[]): void {
    for (const token of tokens) {
      const cached = this.#byToken.get(token);
      if (cached === undefined) continue;
      cached.users--;
      if (cached.users <= 0) this.#forget(cached);
    }
  }

  /** Removes the results that a commit has made stale. @returns their tokens */
  invalidate(writes: readonly IndexWrite[]): number[] {
    return this.#drop(this.#ranges.touched(writes));
  }

  /** All tokens: after a push or a change of variables, every result may be stale. */
  invalidateAll(): number[] {
    return [ENDLESS_TOKEN, ...this.#drop(new Set(this.#byToken.values()))];
  }

  #drop(stale: ReadonlySet<Cached>): number[] {
    for (const cached of stale) this.#forget(cached);
    return [...stale].map((cached) => cached.token);
  }

  async #result(query: LiveQuery): Promise<LiveResult> {
    const [shared, personal] = keysOf(query);
    const known = this.#byKey.get(personal) ?? this.#byKey.get(shared);
    if (known !== undefined) {
      known.users++;
      const ts = String(this.state.store.clock.latest);
      return { ...known.result, ts, usage: null, executionTime: 0 };
    }
    const started = performance.now();
    const tx = new Transaction(this.state.store);
    const ran = await runFunction(this.state, tx, query, "query", query.journal);
    const { execution } = ran;
    tx.rollback();
    const token = this.#nextToken++;
    const common = {
      token,
      called: execution.called,
      logs: execution.logs.lines,
      usage: tx.usage.ofDatabase(false),
      executionTime: (performance.now() - started) / 1000,
      ts: String(tx.snapshotTs),
      journal: execution.journal,
    };
    const result: LiveResult = ran.ok
      ? { ok: true, value: ran.value, ...common }
      : { ok: false, failure: ran.failure, ...common };
    const cached = { token, result, keys: [execution.identityRead ? personal : shared], users: 1 };
    for (const key of cached.keys) this.#byKey.set(key, cached);
    this.#byToken.set(token, cached);
    this.#ranges.add(cached, tx.reads);
    return result;
  }

  #forget(cached: Cached): void {
    this.#ranges.remove(cached);
    this.#byToken.delete(cached.token);
    for (const key of cached.keys) this.#byKey.delete(key);
  }
}

/** The keys of a result, without the caller's identity and with it. */
function keysOf(query: FunctionCall & { journal: string | null }): [string, string] {
  const shared = JSON.stringify([query.target, query.args, query.journal]);
  return [shared, `${JSON.stringify(query.request.identity)} ${shared}`];
}
