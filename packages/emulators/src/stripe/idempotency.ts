/**
 * Idempotency keys as Stripe's API v1 has them (docs.stripe.com/api/idempotent_requests and
 * docs.stripe.com/error-low-level). The first result of a POST under a key is saved for at least 24
 * hours, a 500 like any other, and repeated. Other parameters under the key are refused; so is a
 * second request while the first is being executed. What never began to be executed is not saved:
 * a refusal of the parameters, of the API key, or of too many requests.
 */
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import type { FaultDesk, FaultKind, Interruption } from "../shared/faults.ts";
import type { Change } from "../shared/journal.ts";
import type { EmulatorEnv } from "../shared/middleware.ts";
import { hasBearer, withFaults } from "../shared/middleware.ts";
import { StripeRefusal } from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import type { SavedResult } from "./rows.ts";

const KEPT_SECONDS = 24 * 60 * 60; // Stripe says "at least"
/** Refusals from before the idempotency layer. */
const UNSAVED_STATUSES: ReadonlySet<number> = new Set([401, 403, 409, 429]);

/** A request's idempotency key, and what the request asks for. */
interface Key {
  key: string;
  fingerprint: string;
}

type Fault = FaultKind | Interruption | undefined;
type Answer = Pick<SavedResult, "status" | "body">;

/** The key that a request came with; a POST's alone counts, as at Stripe. */
export async function keyOf({ req }: Context<EmulatorEnv>): Promise<Key | undefined> {
  const key = req.method === "POST" ? req.header("idempotency-key") : undefined;
  if (key === undefined) return undefined;
  const text = `${req.method} ${req.path}\n${await req.text()}`;
  return { key, fingerprint: createHash("sha256").update(text).digest("hex") };
}

/** The `request-id` that will be answered. */
export function requestIdOf(context: Context<EmulatorEnv>): string {
  return context.res.headers.get("request-id") ?? "";
}

/** The change that saves a result under its key. */
export function savingOf(
  ledger: Ledger,
  { key, fingerprint }: Key,
  result: Answer & { requestId: string },
): Change {
  const created = ledger.seconds();
  return ledger.savedResults.put(key, { key, fingerprint, created, ...result });
}

/**
 * The idempotency layer, and the faults on both sides of it. A fault that answers with a status
 * which Stripe saves is the execution's own result, instead of its work or after it, so that there
 * is none where nothing is executed; all others happen on the way here or back.
 */
export function idempotent(parts: {
  ledger: Ledger;
  faults: FaultDesk;
  secretKey: string;
}): MiddlewareHandler<EmulatorEnv> {
  const { ledger, faults, secretKey } = parts;
  const executing = new Map<string, string>(); // fingerprints by key
  return async (context, next) => {
    const key = hasBearer(context, secretKey) ? await keyOf(context) : undefined;
    if (key === undefined) return await withFaults(faults)(context, next);
    const fault = faults.meet(context.req.method, context.req.path);
    const meeting = (met: Fault) => withFaults({ ...faults, meet: () => met });
    if (isBeforeTheLayer(fault)) return await meeting(fault)(context, next);

    const failure = failureOf(fault);
    const saved = savedResultOf(ledger, key);
    if (saved !== undefined) {
      await meeting(failure ? undefined : fault)(context, () => {
        context.res = replay(saved);
        return Promise.resolve();
      });
    } else {
      refuseSecond(key, executing.get(key.key));
      executing.set(key.key, key.fingerprint);
      forgetOldResults(ledger);
      const requestId = requestIdOf(context);
      try {
        const answer = await meeting(fault)(context, async () => {
          await next();
          const wasExecuted = ledger.savedResults.get(key.key)?.requestId === requestId;
          if (failure && wasExecuted) save(ledger, key, { ...failure, requestId });
          executing.delete(key.key); // whatever befalls the answer on its way back
        });
        if (answer) context.res = answer;
        if (failure && answer) save(ledger, key, { ...failure, requestId });
      } finally {
        executing.delete(key.key);
      }
    }
    describeResult(context, savedResultOf(ledger, key));
    return undefined;
  };
}

/** Forgets the keys that have had their day. */
export function forgetOldResults(ledger: Ledger): void {
  const work = ledger.work();
  for (const result of ledger.savedResults.values()) {
    if (isOld(ledger, result)) work.add(ledger.savedResults.remove(result.key));
  }
  work.commit();
}

/** Whether a fault ends a request before its key is looked at. */
function isBeforeTheLayer(fault: Fault): boolean {
  if (fault === "drop") return true;
  if (typeof fault !== "object") return false;
  if ("interrupt" in fault) return fault.when === "before";
  return "status" in fault && UNSAVED_STATUSES.has(fault.status);
}

/** What a fault has the execution come to, if it is one of the execution. */
function failureOf(fault: Fault): Answer | undefined {
  if (typeof fault !== "object") return undefined;
  const answer = "status" in fault ? fault : "after" in fault ? fault.after : undefined;
  if (answer === undefined || UNSAVED_STATUSES.has(answer.status)) return undefined;
  return { status: answer.status, body: answer.body ?? {} };
}

function save(ledger: Ledger, key: Key, result: Answer & { requestId: string }): void {
  const work = ledger.work();
  work.add(savingOf(ledger, key, result));
  work.commit();
}

/** @throws StripeRefusal `idempotency_error` when the key was used for something else */
function savedResultOf(ledger: Ledger, { key, fingerprint }: Key): SavedResult | undefined {
  const saved = ledger.savedResults.get(key);
  if (saved === undefined || isOld(ledger, saved)) return undefined;
  if (saved.fingerprint !== fingerprint) throw usedOtherwise(key);
  return saved;
}

/** What Stripe looks at first, the parameters or that the first request goes on, is not documented. */
function refuseSecond({ key, fingerprint }: Key, executed: string | undefined): void {
  if (executed === undefined) return;
  throw executed === fingerprint ? inUse(key) : usedOtherwise(key);
}

function isOld(ledger: Ledger, { created }: SavedResult): boolean {
  return created + KEPT_SECONDS < ledger.seconds();
}

function replay({ status, body }: SavedResult): Response {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const headers = { "content-type": "application/json", "idempotent-replayed": "true" };
  return new Response(text, { status, headers });
}

/** Trying again under the same key would be in vain: Stripe says so to its clients. */
function describeResult({ res }: Context<EmulatorEnv>, saved: SavedResult | undefined): void {
  if (saved === undefined) return;
  res.headers.set("idempotency-key", saved.key);
  res.headers.set("original-request", saved.requestId);
  res.headers.set("stripe-should-retry", "false");
}

function usedOtherwise(key: string): StripeRefusal {
  return new StripeRefusal(400, {
    type: "idempotency_error",
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}

function inUse(key: string): StripeRefusal {
  return new StripeRefusal(409, {
    type: "invalid_request_error",
    code: "idempotency_key_in_use",
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });
}
