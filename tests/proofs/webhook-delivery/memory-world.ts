/** The world of the weather proof in memory: `convex-test`, scripted senders, a controlled clock. */
import Stripe from "stripe";
import { vi } from "vitest";
import type { SandboxState } from "./daytona-life.ts";
import type { Sender } from "./history.ts";
import { type Letter, readLetter } from "./letters.ts";
import { outages, readingOf } from "./outage.ts";
import { headersOf, PATHS } from "./signing.ts";
import type { Mishap } from "./weather.ts";
import type { Caller, Row, World } from "./world.ts";
import { aClerkEvent, aClerkUser } from "../../convex/people.ts";
import { aBackend, daytona, ENVIRONMENT, settle } from "../../convex/setup.ts";
import { SlowReadings } from "./slow-readings.ts";
import { FakeStripe } from "../../convex/fakeStripe.ts";

const STEP_MS = 1_000;
/** Turns of the real event loop that an answer has (signatures are computed elsewhere), before time goes on. */
const PATIENCE = 20;
const realSetTimeout = globalThis.setTimeout;

/** On the way to each state, the sandbox is in this one for a moment. */
const PASSING: Record<SandboxState, string> = {
  started: "starting",
  stopped: "stopping",
  archived: "archiving",
  destroyed: "destroying",
};

/** A world that nobody has been in. */
export function aMemoryWorld(): World {
  vi.spyOn(console, "error").mockReturnValue();
  daytona.reset();
  const t = aBackend();
  const fake = new FakeStripe();
  const slow = new SlowReadings();
  const kinds = outages();
  const mail: Letter[] = [];
  let count = 0;

  const post = (sender: Sender, event: unknown) => {
    mail.push(readLetter(sender, `msg_${++count}`, JSON.stringify(event)));
  };
  const tellOfPerson = (type: string, id: string, first_name: string) => {
    post("clerk", aClerkEvent(type, aClerkUser({ id, first_name, updated_at: ++count })));
  };
  const tellOfSandbox = (id: string, newState: string) => {
    vi.advanceTimersByTime(1);
    const updatedAt = new Date().toISOString();
    const event = "sandbox.state.updated";
    post("daytona", { event, timestamp: updatedAt, id, newState, updatedAt });
  };
  const pass = async () => {
    slow.pass();
    await vi.advanceTimersByTimeAsync(STEP_MS);
    await t.finishInProgressScheduledFunctions();
  };

  return {
    clerk: {
      signUp: async (name) => {
        const id = `user_${++count}`;
        tellOfPerson("user.created", id, name);
        return id;
      },
      rename: async (id, name) => tellOfPerson("user.updated", id, name),
      remove: async (id) => post("clerk", aClerkEvent("user.deleted", { id, deleted: true })),
    },
    daytona: {
      change: async (id, to) => {
        daytona.drift(id, to === "destroyed" ? "missing" : to);
        tellOfSandbox(id, PASSING[to]);
        tellOfSandbox(id, to);
      },
      state: async (id) => daytona.find(id)?.state ?? null,
    },
    stripe: {
      sdk: new Stripe("sk_test_only", { maxNetworkRetries: 0 }),
      priceId: fake.priceId,
      pay: async (url) => {
        if ((await fake.pay(url)) === null) throw new Error("This checkout can't be paid.");
      },
      meet: (id, fate) => fake.meet(id, fate as Parameters<FakeStripe["meet"]>[1]),
      faults: fake.faults,
    },
    caller: async (subject) => {
      const person = t.withIdentity({ subject, issuer: ENVIRONMENT.CLERK_JWT_ISSUER_DOMAIN });
      return person as unknown as Caller; // the same calls, typed for the app alone
    },
    collect: async () => {
      const events = fake.take().map((event) => readLetter("stripe", "", JSON.stringify(event)));
      return [...mail.splice(0), ...events];
    },
    send: async (letter, mishap) => {
      const mend = prepare(letter, mishap);
      const headers = await headersOf(letter, SECRETS[letter.sender]);
      const answer = t
        .fetch(PATHS[letter.sender], { method: "POST", body: letter.body, headers })
        .then(({ status }) => status)
        .finally(mend.away);
      await Promise.race([answer, mend.held]);
      return { answer };
    },
    until: async (promise) => {
      const settled = vi.fn();
      void promise.then(settled, settled);
      for (let turns = 1; settled.mock.calls.length === 0; turns++) {
        if (turns % PATIENCE === 0) await pass();
        await new Promise((resolve) => realSetTimeout(resolve, 0));
      }
      return await promise;
    },
    pass,
    settle: () => settle(t),
    rows: (table, component) => rowsOf(t, component ?? "", table),
  };

  function prepare(letter: Letter, mishap: Mishap) {
    const path = readingOf(letter);
    if (mishap === "Stripe away") {
      const rule = { method: "GET", path, nth: 1, kind: kinds.next().value };
      return { away: fake.faults.add(rule), held: new Promise<void>(() => undefined) };
    }
    if (mishap === "Stripe slow") return slow.hold(path);
    return { away: () => undefined, held: new Promise<void>(() => undefined) };
  }
}

const SECRETS: Record<Sender, string> = {
  clerk: ENVIRONMENT.CLERK_WEBHOOK_SECRET,
  stripe: "whsec_only",
  daytona: ENVIRONMENT.DAYTONA_WEBHOOK_SECRET,
};

/** `convex-test` can look into components, but doesn't say so in its types. */
interface Looks {
  runInComponent(
    path: string,
    look: (ctx: { db: { query(table: string): { collect(): Promise<Row[]> } } }) => Promise<Row[]>,
  ): Promise<Row[]>;
}

async function rowsOf(t: unknown, component: string, table: string): Promise<Row[]> {
  return await (t as Looks).runInComponent(component, ({ db }) => db.query(table).collect());
}
