/** The harness in memory: `convex-test`, fakes of the three services, and a controlled clock. */
import Stripe from "stripe";
import { vi } from "vitest";
import { FakeStripe } from "../../convex/support/fakeStripe.ts";
import { aClerkEvent, aClerkUser } from "../../convex/support/users.ts";
import { aBackend, daytona, ENVIRONMENT, settle } from "../../convex/support/setup.ts";
import type { DeliveryFault } from "./deliveries.ts";
import { readPathOf, stripeOutages, type Harness, type Row } from "./harness.ts";
import type { SandboxState, Sender } from "./history.ts";
import { readEvent, signedRequest, type WebhookEvent } from "./webhook-event.ts";

const STEP_MS = 1_000;
/** Turns of the real event loop that an answer gets before time goes on: signatures are computed outside of it. */
const TURNS_PER_STEP = 20;
const realSetTimeout = globalThis.setTimeout;

/** On the way to each state, the sandbox is in this one for a moment. */
const TRANSITIONAL: Record<SandboxState, string> = {
  started: "starting",
  stopped: "stopping",
  archived: "archiving",
  destroyed: "destroying",
};

const SECRETS: Record<Sender, string> = {
  clerk: ENVIRONMENT.CLERK_WEBHOOK_SECRET,
  stripe: "whsec_only",
  daytona: ENVIRONMENT.DAYTONA_WEBHOOK_SECRET,
};

/** A harness with an empty database. */
export function memoryHarness(): Harness {
  vi.spyOn(console, "error").mockReturnValue();
  daytona.reset();
  const t = aBackend();
  const stripe = new FakeStripe();
  const slowRead = slowReads();
  const addOutage = stripeOutages(stripe.faults);
  const sent: WebhookEvent[] = [];
  let count = 0;

  const send = (sender: Sender, event: unknown) => {
    sent.push(readEvent(sender, `msg_${++count}`, JSON.stringify(event)));
  };
  const sendUser = (type: string, id: string, first_name: string) => {
    send("clerk", aClerkEvent(type, aClerkUser({ id, first_name, updated_at: ++count })));
  };
  const sendSandbox = (id: string, newState: string) => {
    vi.advanceTimersByTime(1);
    const updatedAt = new Date().toISOString();
    const event = "sandbox.state.updated";
    send("daytona", { event, timestamp: updatedAt, id, newState, updatedAt });
  };
  const passStep = async () => {
    await vi.advanceTimersByTimeAsync(STEP_MS);
    await t.finishInProgressScheduledFunctions();
  };
  const inject = (event: WebhookEvent, fault: DeliveryFault) => {
    if (fault === "Stripe slow") return slowRead(readPathOf(event));
    const remove = fault === "Stripe unavailable" ? addOutage(event) : () => undefined;
    return { remove, isHeld: new Promise<void>(() => undefined) };
  };

  return {
    clerk: {
      signUp: async (name) => {
        const id = `user_${++count}`;
        sendUser("user.created", id, name);
        return id;
      },
      rename: async (id, name) => sendUser("user.updated", id, name),
      remove: async (id) => send("clerk", aClerkEvent("user.deleted", { id, deleted: true })),
    },
    daytona: {
      change: async (id, to) => {
        daytona.drift(id, to === "destroyed" ? "missing" : to);
        sendSandbox(id, TRANSITIONAL[to]);
        sendSandbox(id, to);
      },
      state: async (id) => daytona.find(id)?.state ?? null,
    },
    stripe: {
      sdk: new Stripe("sk_test_only", { maxNetworkRetries: 0 }),
      priceId: stripe.priceId,
      pay: async (url) => {
        if ((await stripe.pay(url)) === null) throw new Error("This checkout can't be paid.");
      },
      changeSubscription: (id, change) =>
        stripe.meet(id, change as Parameters<FakeStripe["meet"]>[1]),
      faults: stripe.faults,
    },
    caller: (subject) => {
      const user = t.withIdentity({ subject, issuer: ENVIRONMENT.CLERK_JWT_ISSUER_DOMAIN });
      return user as unknown as ReturnType<Harness["caller"]>; // the same calls, typed for the app alone
    },
    takeEvents: async () => {
      const events = stripe.take().map((event) => readEvent("stripe", "", JSON.stringify(event)));
      return [...sent.splice(0), ...events];
    },
    deliver: async (event, fault) => {
      const { remove, isHeld } = inject(event, fault);
      const { path, request } = await signedRequest(event, SECRETS[event.sender]);
      const answer = t
        .fetch(path, request)
        .then(({ status }) => status)
        .finally(remove);
      await Promise.race([answer, isHeld]);
      return { answer };
    },
    until: async (promise) => {
      const settled = vi.fn();
      void promise.then(settled, settled);
      for (let turns = 1; settled.mock.calls.length === 0; turns++) {
        if (turns % TURNS_PER_STEP === 0) await passStep();
        await new Promise((resolve) => realSetTimeout(resolve, 0));
      }
      return await promise;
    },
    passStep,
    settle: () => settle(t),
    rows: (table, component) =>
      // `convex-test` can read components, but doesn't say so in its types.
      (t as unknown as ComponentReader).runInComponent(component ?? "", ({ db }) =>
        db.query(table).collect(),
      ),
  };
}

interface ComponentReader {
  runInComponent(
    path: string,
    read: (ctx: { db: { query(table: string): { collect(): Promise<Row[]> } } }) => Promise<Row[]>,
  ): Promise<Row[]>;
}

/**
 * How many steps a slow answer takes, one after the other: it may be overtaken by the next delivery, or by all that
 * there are. A step is a second, and the backend waits for twenty.
 */
const SLOW_STEPS = [2, 15, 5, 10];

/**
 * Delays answers of Stripe's: they say what was true when they were asked for. What is returned has the next read of a
 * path be slow; `remove` takes that back if there is none, and `isHeld` resolves once the answer is on its way.
 */
function slowReads() {
  const waiting = new Map<RegExp, { hold: () => void; ms: number }>();
  const real = globalThis.fetch;
  let count = 0;
  vi.stubGlobal("fetch", async (input: string, init?: RequestInit) => {
    const path = init?.method === "GET" ? new URL(input).pathname : "";
    const [pattern, read] = [...waiting].find(([one]) => one.test(path)) ?? [];
    if (pattern) waiting.delete(pattern);
    const answer = await real(input, init);
    read?.hold();
    if (read) await new Promise((resolve) => setTimeout(resolve, read.ms)); // by the controlled clock
    return answer;
  });
  return (path: RegExp) => {
    const ms = SLOW_STEPS[count++ % SLOW_STEPS.length]! * STEP_MS;
    const isHeld = new Promise<void>((hold) => waiting.set(path, { hold, ms }));
    return { isHeld, remove: () => void waiting.delete(path) };
  };
}
