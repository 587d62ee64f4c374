import type { Caller } from "../application/authenticator.ts";
import type {
  ClientCalls,
  ClientCall,
  ClientInfo,
  ClientResult,
} from "../application/client_calls.ts";
import type { SocketQuotas } from "./quotas.ts";
import type { ClientMessageOf } from "./messages.ts";
import type { Subscriber, Subscriptions } from "./subscriptions.ts";

interface LiveQueryState {
  readonly call: ClientCall;
  journal: string | null;
  token: number | null;
  /** A hash of what was last sent, to send only changes. */
  sent: string | null;
  /** How long that is, in characters. */
  sentLength: number;
  /** How long the call is, in characters. */
  readonly askedLength: number;
}

type Modification = ClientMessageOf<"ModifyQuerySet">["modifications"][number];

/** The live queries of one client. */
export class QuerySet {
  readonly #queries = new Map<number, LiveQueryState>();
  #removed: number[] = [];
  /** Incremented when the identity changes: results of earlier runs are then dropped. */
  #epoch = 0;

  constructor(
    private readonly calls: ClientCalls,
    private readonly subscriptions: Subscriptions,
    private readonly owner: Subscriber,
    private readonly quotas: SocketQuotas,
  ) {}

  /** @throws QuotaError when there are too many queries, or their arguments are too long together */
  modify(modifications: readonly Modification[]): void {
    for (const modification of modifications) {
      if (modification.type === "Remove") {
        if (this.#remove(modification.queryId)) this.#removed.push(modification.queryId);
        continue;
      }
      const { queryId, udfPath, args, journal = null, componentPath = null } = modification;
      this.#remove(queryId);
      const call: ClientCall = { path: udfPath, args: args[0] ?? {}, componentPath };
      const askedLength = JSON.stringify([call, journal]).length;
      this.quotas.queries.acquire(1);
      this.quotas.received.acquire(askedLength);
      const state = { call, journal, token: null, sent: null, sentLength: 0, askedLength };
      this.#queries.set(queryId, state);
    }
  }

  /** Called when the identity has changed: every query is run again. */
  forgetResults(): void {
    this.#epoch++;
    for (const queryId of this.#queries.keys()) this.#release(queryId);
  }

  /**
   * Brings all results up to one timestamp.
   * @returns what has changed, as JSON texts
   * @throws QuotaError when the results are too long together
   */
  async refresh(
    caller: Caller,
    info: ClientInfo,
  ): Promise<{ ts: bigint; modifications: string[] }> {
    const asked = [...this.#queries];
    const epoch = this.#epoch;
    const removed = this.#removed;
    this.#removed = [];
    const { ts, results } = await this.calls.liveQueries(
      asked.map(([, { call, journal, token }]) => ({
        call,
        journal,
        held: this.#stillHeld(token),
      })),
      caller,
      info,
    );
    const modifications = removed
      .filter((queryId) => !this.#queries.has(queryId))
      .map((queryId) => JSON.stringify({ type: "QueryRemoved", queryId }));
    let grown = 0;
    for (const [i, [queryId, query]] of asked.entries()) {
      const answer = results[i];
      if (answer == null) continue;
      this.subscriptions.hold(answer.token, this.owner);
      if (this.#queries.get(queryId) !== query) {
        // Removed while it was being run.
        this.subscriptions.release([answer.token], this.owner);
        continue;
      }
      if (epoch === this.#epoch) query.token = answer.token;
      else this.subscriptions.release([answer.token], this.owner);
      query.journal = answer.journal;
      const text = modification(queryId, answer.result, answer.journal);
      const comparable = Bun.hash(withoutRequestId(text)).toString(36);
      if (query.sent === comparable) continue;
      query.sent = comparable;
      grown += text.length - query.sentLength;
      query.sentLength = text.length;
      modifications.push(text);
    }
    this.quotas.results.acquire(grown);
    return { ts: BigInt(ts), modifications };
  }

  #stillHeld(token: number | null): number | null {
    return token !== null && this.subscriptions.holds(token, this.owner) ? token : null;
  }

  close(): void {
    this.forgetResults();
    this.#queries.clear();
  }

  /** @returns whether it existed */
  #remove(queryId: number): boolean {
    this.#release(queryId);
    const query = this.#queries.get(queryId);
    if (query === undefined) return false;
    this.#queries.delete(queryId);
    this.quotas.queries.release(1);
    this.quotas.received.release(query.askedLength);
    this.quotas.results.release(query.sentLength);
    return true;
  }

  #release(queryId: number): void {
    const query = this.#queries.get(queryId);
    if (query?.token == null) return;
    this.subscriptions.release([query.token], this.owner);
    query.token = null;
  }
}

function modification(queryId: number, result: ClientResult, journal: string | null): string {
  const common = `"queryId":${String(queryId)},"logLines":${JSON.stringify(result.logLines)},"journal":${JSON.stringify(journal)}`;
  if (result.ok) return `{"type":"QueryUpdated","value":${result.value},${common}}`;
  // Left out, and not null: with it, a client takes any error for a ConvexError.
  const data = result.errorData === null ? "" : `,"errorData":${result.errorData}`;
  return `{"type":"QueryFailed","errorMessage":${JSON.stringify(result.errorMessage)},${common}${data}}`;
}

/** Two failures that differ in their request's id only are the same to a client. */
function withoutRequestId(text: string): string {
  return text.startsWith('{"type":"QueryFailed"')
    ? text.replace(/\[Request ID: [0-9a-f]+\]/, "")
    : text;
}
