import { SESSION_RESULT_TTL_MS } from "../limits/requests.ts";
import type { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import type { Failure } from "../runtime/errors/failure.ts";
import { formatFunctionPath, parseFunctionPath } from "./calls/paths.ts";
import type { FunctionCall } from "./protocol.ts";

/** A mutation by its client's session and request id. */
export interface SessionRequest {
  readonly id: string;
  readonly request: number;
}

/** The answer to a mutation that was sent again: its stored result, or why it is refused. */
export type KeptResult =
  | { readonly ok: true; readonly value: string; readonly ts: string }
  | { readonly ok: false; readonly failure: Failure; readonly ts: string };

interface Row {
  readonly result: string;
  readonly ts: string;
  readonly owner: string;
}

/**
 * Results of mutations by the client's request ids: a client that lost its connection sends again the
 * mutations without a response, which must not run twice. A result is only returned to the same caller
 * and for the same function. Production compares neither.
 */
export class SessionRequests {
  readonly #find;
  readonly #store;

  constructor(private readonly db: Database) {
    this.#find = db.query<Row, [string, number]>(
      "SELECT result, ts, owner FROM session_requests WHERE session = ? AND request = ?",
    );
    this.#store = db.query<null, [string, number, string, string, number, string]>(
      "INSERT INTO session_requests (session, request, result, ts, at, owner) VALUES (?, ?, ?, ?, ?, ?)",
    );
  }

  /** The stored result of the request; null when it is a new one. */
  find({ id, request }: SessionRequest, call: FunctionCall): KeptResult | null {
    const row = this.#find.get(id, request);
    if (row === null) return null;
    const { result: value, ts, owner } = row;
    if (owner === ownerOf(call)) return { ok: true, value, ts };
    const message = `SessionRequestMismatch: request ${String(request)} of this session was a mutation of another caller or another function. Nothing was run.`;
    return { ok: false, failure: { message }, ts };
  }

  /** Part of the mutation's own commit. */
  store(
    { id, request }: SessionRequest,
    call: FunctionCall,
    result: { value: string; ts: bigint; now: number },
  ): void {
    this.#store.run(id, request, result.value, String(result.ts), result.now, ownerOf(call));
  }

  cleanUp(now: number): void {
    this.db.query("DELETE FROM session_requests WHERE at < ?").run(now - SESSION_RESULT_TTL_MS);
  }
}

/**
 * Who called which function, as a digest. Of an identity, what stays when its token is refreshed: the
 * claims beside the token's identifier may change between the two times that a mutation is sent.
 */
function ownerOf({ target, request: { identity } }: FunctionCall): string {
  const admin = "publicOnly" in target && !target.publicOnly;
  const called = "path" in target ? formatFunctionPath(parseFunctionPath(target.path)) : target;
  const component = "componentPath" in target ? target.componentPath : null;
  const parts = [admin, identity?.tokenIdentifier ?? null, component, called];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}
