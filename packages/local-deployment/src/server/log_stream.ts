import type { LogLine } from "../runtime/console.ts";

/** One function execution, as `convex logs` reads it. */
export interface LogEntry {
  readonly kind: "Completion";
  readonly udfType: "Query" | "Mutation" | "Action" | "HttpAction";
  readonly identifier: string;
  readonly componentPath: string | null;
  readonly logLines: readonly LogLine[];
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Seconds. */
  readonly executionTime: number;
  readonly success: { status: string } | null;
  readonly error: string | null;
  readonly requestId: string;
}

/** How many executions are kept for those who connect late. */
const KEPT = 1_000;
/** How long a reader waits for news, in milliseconds. */
const LONG_POLL_MS = 60_000;

/** The executions of late, and those who wait for more. */
export class LogStream {
  // Cursors grow across restarts, so that a reader of the process before goes on.
  #cursor = Date.now();
  readonly #entries: { readonly cursor: number; readonly entry: LogEntry }[] = [];
  readonly #waiting = new Set<() => void>();

  add(entry: Omit<LogEntry, "kind" | "timestamp">): void {
    this.#cursor = Math.max(this.#cursor + 1, Date.now());
    const full: LogEntry = { kind: "Completion", timestamp: Date.now() / 1000, ...entry };
    this.#entries.push({ cursor: this.#cursor, entry: full });
    if (this.#entries.length > KEPT) this.#entries.shift();
    for (const wake of this.#waiting) wake();
  }

  /**
   * The executions after a cursor. Waits when there are none, except for a first call (cursor 0),
   * which only wants to know where the stream stands.
   */
  async read(
    cursor: number,
    signal: AbortSignal,
  ): Promise<{ entries: LogEntry[]; newCursor: number }> {
    if (cursor > 0 && cursor >= this.#cursor) await this.#wait(signal);
    const entries = this.#entries.filter((e) => e.cursor > cursor).map((e) => e.entry);
    return { entries, newCursor: Math.max(cursor, this.#cursor) };
  }

  /** Lets every waiting reader go. */
  close(): void {
    for (const wake of this.#waiting) wake();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, LONG_POLL_MS);
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }
}
