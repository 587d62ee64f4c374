import { MAX_WAITING_MUTATIONS } from "../limits/requests.ts";
import { MIB } from "../limits/units.ts";

/** A client has gone over a quota of its socket. */
export class QuotaError extends Error {
  override readonly name = "QuotaError";
}

/** A limit on what the deployment keeps for one socket. */
class Quota {
  #used = 0;

  /**
   * @param max - The maximum, in the counted unit.
   * @param refusal - The error message when it is exceeded: a code, a colon, and a sentence.
   */
  constructor(
    private readonly max: number,
    private readonly refusal: string,
  ) {}

  /** @throws QuotaError with the refusal, when it would be more than there may be */
  acquire(amount: number): void {
    if (this.#used + amount > this.max) throw new QuotaError(this.refusal);
    this.#used += amount;
  }

  release(amount: number): void {
    this.#used -= amount;
  }
}

/** Live queries of one socket. Production has no such bound; as many as a transaction may make reads. */
const MAX_QUERIES = 4_096;
/** Actions of one socket that run. */
const MAX_ACTIONS = MAX_WAITING_MUTATIONS;
/** Messages of one socket that wait for the one before, which may be checking a token. */
const MAX_MESSAGES = 1_000;
/** The size of the messages of one socket that are in progress, with its queries' arguments, in bytes: three of the longest messages. */
const MAX_RECEIVED_BYTES = 64 * MIB;
/** Results of one socket's live queries, in characters: four of the longest. */
const MAX_RESULTS_LENGTH = 64 * MIB;

/** The quotas of one socket. */
export class SocketQuotas {
  readonly queries = new Quota(
    MAX_QUERIES,
    `TooManyQueries: one connection may have ${String(MAX_QUERIES)} live queries`,
  );
  readonly mutations = new Quota(
    MAX_WAITING_MUTATIONS,
    `TooManyConcurrentMutations: more than ${String(MAX_WAITING_MUTATIONS)} mutations are waiting`,
  );
  readonly actions = new Quota(
    MAX_ACTIONS,
    `TooManyConcurrentActions: more than ${String(MAX_ACTIONS)} actions are running`,
  );
  readonly messages = new Quota(
    MAX_MESSAGES,
    `TooManyMessages: more than ${String(MAX_MESSAGES)} messages are waiting`,
  );
  readonly received = new Quota(
    MAX_RECEIVED_BYTES,
    `TooMuchReceived: messages and arguments of more than ${String(MAX_RECEIVED_BYTES / MIB)} MiB are being worked on`,
  );
  readonly results = new Quota(
    MAX_RESULTS_LENGTH,
    `TooMuchSubscribed: the results of one connection's live queries are longer than ${String(MAX_RESULTS_LENGTH / MIB)} MiB`,
  );
}
