import { QuotaError } from "./quotas.ts";
import type { Channel } from "./channel.ts";
import { chunked, encodeVersion, type StateVersion } from "./messages.ts";

/** The changes of all results at one timestamp, as JSON texts. */
export interface Refreshed {
  readonly ts: bigint;
  readonly modifications: readonly string[];
}

/** The names in error messages of the two versions that clients count. */
const VERSIONED = { querySet: "the query set", identity: "the identity" } as const;

/** Brings a client from one version to the next, with a Transition message for each step. */
export class Transitions {
  #version: StateVersion = { querySet: 0, identity: 0, ts: 0n };
  /** Received changes that no transition has confirmed yet. */
  readonly #received = { querySet: 0, identity: 0 };
  /**
   * A mutation's response was sent, and the client waits for a transition that reaches this timestamp,
   * even when an earlier one has (as it may when the mutation was done on an earlier connection).
   */
  #requiredTs: bigint | null = null;
  /** How far the client's clock is ahead of this one's, in milliseconds; null when the client has not sent its time. */
  clientClockSkew: number | null = null;
  #dirty = false;
  #flushing = false;

  constructor(
    private readonly channel: Channel,
    private readonly refresh: () => Promise<Refreshed>,
  ) {}

  /** The client's identity version. */
  get identityVersion(): number {
    return this.#received.identity;
  }

  /** @throws Error `BaseVersionMismatch` when the change is not based on the version that was received last */
  checkBase(what: keyof typeof VERSIONED, baseVersion: number): void {
    const version = this.#received[what];
    if (baseVersion === version) return;
    throw new Error(`BaseVersionMismatch: ${VERSIONED[what]} is at version ${String(version)}`);
  }

  /** The client has changed its query set. */
  querySetChanged(version: number): void {
    this.#received.querySet = version;
    this.requestTransition();
  }

  /** The client has changed its identity. */
  identityChanged(): void {
    this.#received.identity++;
    this.requestTransition();
  }

  /** The client has a response of this timestamp, and waits for a transition that reaches it. */
  requireTs(ts: bigint): void {
    if (this.#requiredTs === null || ts > this.#requiredTs) this.#requiredTs = ts;
    this.requestTransition();
  }

  /** Sends transitions, one at a time, until there are no changes. */
  requestTransition(): void {
    this.#dirty = true;
    this.#flush();
  }

  #flush(): void {
    if (this.#flushing || this.channel.isClosed()) return;
    this.#flushing = true;
    void this.#send()
      .catch((error: unknown) => {
        if (error instanceof QuotaError) {
          this.channel.refuse({ type: "FatalError", error: error.message });
        } else this.channel.closeForRetry("InternalServerError");
      })
      .finally(() => {
        this.#flushing = false;
        // Results may have become stale meanwhile.
        if (this.#dirty) this.#flush();
      });
  }

  async #send(): Promise<void> {
    while (this.#dirty && !this.channel.isClosed()) {
      // Changes in the meantime are combined in one transition, once the client is ready.
      await this.channel.drain();
      if (this.channel.isClosed()) return;
      this.#dirty = false;
      const received = { ...this.#received };
      const { ts, modifications } = await this.refresh();
      if (this.channel.isClosed()) return;
      const start = this.#version;
      const end: StateVersion = { ...received, ts: ts > start.ts ? ts : start.ts };
      const unchanged = end.querySet === start.querySet && end.identity === start.identity;
      // No change: the next transition includes this one's timestamp.
      if (unchanged && modifications.length === 0 && this.#requiredTs === null) continue;
      if (this.#requiredTs !== null && end.ts >= this.#requiredTs) this.#requiredTs = null;
      this.#version = end;
      this.channel.sendTexts(chunked(transition(start, end, modifications, this.clientClockSkew)));
    }
  }
}

/** A Transition's text; the modifications are JSON texts already, and may be long. */
function transition(
  start: StateVersion,
  end: StateVersion,
  modifications: readonly string[],
  clientClockSkew: number | null,
): string {
  const startVersion = JSON.stringify(encodeVersion(start));
  const endVersion = JSON.stringify(encodeVersion(end));
  const serverTs = `${String(Date.now())}000000`;
  return `{"type":"Transition","startVersion":${startVersion},"endVersion":${endVersion},"modifications":[${modifications.join(",")}],"clientClockSkew":${String(clientClockSkew)},"serverTs":${serverTs}}`;
}
