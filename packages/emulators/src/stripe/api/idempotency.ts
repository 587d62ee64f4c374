/**
 * Idempotency keys of Stripe's API v1 (docs.stripe.com/api/idempotent_requests and
 * docs.stripe.com/error-low-level). The first result of a POST with a key is saved for at least 24
 * hours, even if it is a 500, and sent again for every further request with that key. A request with
 * the same key and other parameters is an error, and so is a second request while the first one runs.
 * Results from before the execution are not saved: errors about the parameters, the API key, or the
 * rate limit.
 */
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { FaultInjector, FaultKind, Interruption } from "../../shared/faults.ts";
import type { Change } from "../../shared/journal.ts";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import { hasBearer, withFaults } from "../../shared/middleware.ts";
import { StripeError } from "../errors.ts";
import type { StripeStore } from "../store/store.ts";
import type { SavedResult } from "../store/rows.ts";

const KEPT_SECONDS = 24 * 60 * 60; // Stripe says "at least"
/** Statuses of errors from before the execution. */
const UNSAVED_STATUSES: ReadonlySet<number> = new Set([401, 403, 409, 429]);

/** A request's idempotency key, and a hash of its parameters. */
interface Key {
  key: string;
  fingerprint: string;
}

type Fault = FaultKind | Interruption | undefined;
type Answer = Pick<SavedResult, "status" | "body">;

/** The request's key. Only POST requests have one, as at Stripe. */
export async function keyOf({ req }: Context<EmulatorEnv>): Promise<Key | undefined> {
  const key = req.method === "POST" ? req.header("idempotency-key") : undefined;
  if (key === undefined) return undefined;
  const text = `${req.method} ${req.path}\n${await req.text()}`;
  return { key, fingerprint: createHash("sha256").update(text).digest("hex") };
}

/** The `request-id` of the answer. */
export function requestIdOf(context: Context<EmulatorEnv>): string {
  return context.res.headers.get("request-id") ?? "";
}

/** The change that saves a result. */
export function savingOf(
  store: StripeStore,
  { key, fingerprint }: Key,
  result: Answer & { requestId: string },
): Change {
  const created = store.seconds();
  return store.savedResults.put(key, { key, fingerprint, created, ...result });
}

/**
 * Handles idempotency keys, and injects faults. A fault whose status Stripe would save becomes the result
 * of the execution, so it is saved, and it is not injected when a saved result is sent. All other faults
 * are injected outside: into the connection, or before the key is read.
 */
export function idempotent(parts: {
  store: StripeStore;
  faults: FaultInjector;
  secretKey: string;
}): MiddlewareHandler<EmulatorEnv> {
  const { store, faults, secretKey } = parts;
  const executing = new Map<string, string>(); // fingerprints by key
  return async (context, next) => {
    const key = hasBearer(context, secretKey) ? await keyOf(context) : undefined;
    if (key === undefined) return await withFaults(faults)(context, next);
    const fault = faults.onCall(context.req.method, context.req.path);
    const inject = (injected: Fault) => withFaults({ ...faults, onCall: () => injected });
    if (isBeforeExecution(fault)) return await inject(fault)(context, next);

    const failure = failureOf(fault);
    const saved = savedResultOf(store, key);
    if (saved !== undefined) {
      await inject(failure ? undefined : fault)(context, () => {
        context.res = replay(saved);
        return Promise.resolve();
      });
    } else {
      throwIfRunning(key, executing.get(key.key));
      executing.set(key.key, key.fingerprint);
      deleteExpiredResults(store);
      const requestId = requestIdOf(context);
      try {
        const answer = await inject(fault)(context, async () => {
          await next();
          const wasExecuted = store.savedResults.get(key.key)?.requestId === requestId;
          if (failure && wasExecuted) save(store, key, { ...failure, requestId });
          executing.delete(key.key); // before a fault delays or drops the answer
        });
        if (answer) context.res = answer;
        if (failure && answer) save(store, key, { ...failure, requestId });
      } finally {
        executing.delete(key.key);
      }
    }
    describeResult(context, savedResultOf(store, key));
    return undefined;
  };
}

/** Deletes expired results. */
export function deleteExpiredResults(store: StripeStore): void {
  const tx = store.begin();
  for (const result of store.savedResults.values()) {
    if (isExpired(store, result)) tx.add(store.savedResults.remove(result.key));
  }
  tx.commit();
}

/** Whether a fault ends a request before its key is read. */
function isBeforeExecution(fault: Fault): boolean {
  if (fault === "drop") return true;
  if (typeof fault !== "object") return false;
  if ("interrupt" in fault) return fault.when === "before";
  return "status" in fault && UNSAVED_STATUSES.has(fault.status);
}

/** The result of the execution that a fault injects, if it does. */
function failureOf(fault: Fault): Answer | undefined {
  if (typeof fault !== "object") return undefined;
  const answer = "status" in fault ? fault : "after" in fault ? fault.after : undefined;
  if (answer === undefined || UNSAVED_STATUSES.has(answer.status)) return undefined;
  return { status: answer.status, body: answer.body ?? {} };
}

function save(store: StripeStore, key: Key, result: Answer & { requestId: string }): void {
  const tx = store.begin();
  tx.add(savingOf(store, key, result));
  tx.commit();
}

/** @throws StripeError `idempotency_error` when the key was used with other parameters */
function savedResultOf(store: StripeStore, { key, fingerprint }: Key): SavedResult | undefined {
  const saved = store.savedResults.get(key);
  if (saved === undefined || isExpired(store, saved)) return undefined;
  if (saved.fingerprint !== fingerprint) throw keyReused(key);
  return saved;
}

/** Stripe doesn't document which of the two errors comes first. */
function throwIfRunning({ key, fingerprint }: Key, executed: string | undefined): void {
  if (executed === undefined) return;
  throw executed === fingerprint ? keyInUse(key) : keyReused(key);
}

function isExpired(store: StripeStore, { created }: SavedResult): boolean {
  return created + KEPT_SECONDS < store.seconds();
}

function replay({ status, body }: SavedResult): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = { "content-type": "application/json", "idempotent-replayed": "true" };
  return new Response(text, { status, headers });
}

/** A retry with the same key would get the same answer: `stripe-should-retry` tells clients so. */
function describeResult({ res }: Context<EmulatorEnv>, saved: SavedResult | undefined): void {
  if (saved === undefined) return;
  res.headers.set("idempotency-key", saved.key);
  res.headers.set("original-request", saved.requestId);
  res.headers.set("stripe-should-retry", "false");
}

function keyReused(key: string): StripeError {
  return new StripeError(400, {
    type: "idempotency_error",
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}

function keyInUse(key: string): StripeError {
  return new StripeError(409, {
    type: "invalid_request_error",
    code: "idempotency_key_in_use",
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });
}
