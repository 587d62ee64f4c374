import type { Database } from "bun:sqlite";

/** How long a mutation's result is kept for a client that sends it again, in milliseconds (production: 14 days). */
const RESULT_TTL_MS = 14 * 24 * 60 * 60_000;

/**
 * Results of mutations by the client's own request numbers: a client that lost its connection sends
 * again what it got no answer to, and must not have it done twice.
 */
export class SessionRequests {
  readonly #find;
  readonly #store;

  constructor(private readonly db: Database) {
    this.#find = db.query<{ result: string; ts: string }, [string, number]>(
      "SELECT result, ts FROM session_requests WHERE session = ? AND request = ?",
    );
    this.#store = db.query<null, [string, number, string, string, number]>(
      "INSERT INTO session_requests (session, request, result, ts, at) VALUES (?, ?, ?, ?, ?)",
    );
  }

  find(session: string, request: number): { result: string; ts: string } | null {
    return this.#find.get(session, request);
  }

  /** Part of the mutation's own commit. */
  store(session: string, request: number, result: string, ts: bigint, now: number): void {
    this.#store.run(session, request, result, String(ts), now);
  }

  cleanUp(now: number): void {
    this.db.query("DELETE FROM session_requests WHERE at < ?").run(now - RESULT_TTL_MS);
  }
}
