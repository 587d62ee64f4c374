/** Production's limits on what clients and the CLI send and are sent (crates/common/src/knobs.rs). */
import { MIB } from "./units.ts";

/** The body of an HTTP request to a function, in bytes (`MAX_BACKEND_PUBLIC_API_REQUEST_SIZE`). */
export const MAX_CALL_BODY_BYTES = 16 * MIB + 2_000;
/** The body of any other request, to an HTTP action above all, in bytes (`HTTP_ACTION_BODY_LIMIT`). */
export const MAX_BODY_BYTES = 20 * MIB;
/** A push, after decompression, in bytes. */
export const MAX_PUSH_BYTES = 200 * MIB;
/** Mutations of one socket that run or wait. */
export const MAX_WAITING_MUTATIONS = 1_000;
/** Messages of the sync protocol above this many characters are sent in parts. */
export const CHUNK_LENGTH = 5_000_000;
/** Silence on a socket after which a Ping is sent, in milliseconds; clients give up after 60 s. */
export const PING_AFTER_MS = 15_000;
/** How long a mutation's result is kept for a client that sends it again, in milliseconds: 14 days. */
export const SESSION_RESULT_TTL_MS = 14 * 24 * 60 * 60_000;
/** How long a reader of the log waits for news, in milliseconds. */
export const LOG_POLL_MS = 60_000;
/** How far clocks of identity providers and this one may differ, in seconds. */
export const CLOCK_LEEWAY_SECONDS = 5;
/** A page of `convex data` (system-udfs' own limits). */
export const DATA_PAGE_LIMITS = { bytes: 2 ** 22, rows: 1_000 } as const;
