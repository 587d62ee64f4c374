/** Delivers webhook events to the backend, as often and as late as a delivery plan says. */
import fc from "fast-check";
import type { Harness } from "./harness.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** How a delivery fails, if it does. */
export type DeliveryFault =
  | "none"
  | "dropped" // it never arrives
  | "answer lost" // it is handled, but the sender doesn't know
  | "Stripe unavailable" // Stripe's API can't be read meanwhile
  | "Stripe slow"; // Stripe's API answers with what was true a while ago

/** One delivery of an event. */
interface Attempt {
  /** How many steps after the attempt before, or after the event; in each step one more change happens. */
  delay: number;
  fault: DeliveryFault;
}

/**
 * The deliveries of each event, in turn, and from the first again; never empty. All of an event's are made, whatever is
 * answered, and further ones until one has been acknowledged. The first may come long after later events' (delay,
 * reordering), and there may be several (duplicates).
 */
export type DeliveryPlan = readonly (readonly Attempt[])[];

/** In order, once each. */
export const IN_ORDER: DeliveryPlan = [[{ delay: 0, fault: "none" }]];

const attempt: fc.Arbitrary<Attempt> = fc.record({
  delay: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 25 }) },
  ),
  fault: fc.oneof(
    { weight: 5, arbitrary: fc.constant("none") },
    { weight: 3, arbitrary: fc.constantFrom("dropped", "answer lost", "Stripe unavailable") },
    { weight: 2, arbitrary: fc.constant("Stripe slow") },
  ),
});

/** Plans with every fault, for up to so many events before they repeat. */
export function faultyDeliveries(maxLength: number): fc.Arbitrary<DeliveryPlan> {
  const attempts = fc.array(attempt, { minLength: 1, maxLength: 3, size: "max" });
  return fc.array(attempts, { minLength: 1, maxLength, size: "max" });
}

const promptOrSlow: fc.Arbitrary<Attempt> = fc.record({
  delay: fc.nat(2),
  fault: fc.constantFrom("none", "Stripe slow"),
});

/** No delivery is lost, but half of Stripe's answers are overtaken. */
export const SLOW_READS: fc.Arbitrary<DeliveryPlan> = fc.array(
  promptOrSlow.map((only) => [only]),
  { minLength: 1, maxLength: 30, size: "max" },
);

/** Deliveries under way at a time, unless in order; Svix and Stripe have no such bound. */
const MAX_CONCURRENT = 16;
/** Steps until a sender tries again. */
const RETRY_AFTER = 3;
/** Further deliveries of an event that is never acknowledged, until the test gives up. */
const MAX_RETRIES = 30;

/** One per run of a history. */
export class Dispatcher {
  /** All events so far, in order. */
  readonly events: WebhookEvent[] = [];
  /** How many deliveries reached the backend. */
  deliveries = 0;
  /** Event by event. */
  readonly #progress = new Map<
    string,
    { planned: number; retries: number; isAcknowledged: boolean }
  >();
  readonly #underWay = new Set<Promise<void>>();
  #planned: { step: number; event: WebhookEvent; fault: DeliveryFault }[] = [];
  #step = 0;
  #stuck: Error | undefined;

  constructor(
    private readonly harness: Harness,
    private readonly plan: DeliveryPlan,
  ) {}

  /** Takes events to be delivered as planned. */
  enqueue(events: readonly WebhookEvent[]): void {
    for (const event of events) this.#schedule(event, this.#nextAttempts());
  }

  /** Delivers an event now and without a fault. Its further attempts come as planned. */
  async deliverNow(event: WebhookEvent): Promise<void> {
    this.#schedule(event, this.#nextAttempts().slice(1));
    this.deliveries += 1;
    const { answer } = await this.harness.deliver(event, "none");
    const status = await this.harness.until(answer);
    if (status !== 200) throw new Error(`${event.type} was answered with ${status}`);
    this.#progress.get(event.id)!.isAcknowledged = true;
  }

  /** Delivers what is due, and goes on to the next step. */
  async step(): Promise<void> {
    const due = this.#planned.filter(({ step }) => step <= this.#step);
    this.#planned = this.#planned.filter(({ step }) => step > this.#step);
    for (const { event, fault } of due) await this.#deliver(event, fault);
    this.#step += 1;
    await this.harness.passStep();
  }

  /** Delivers all that is left, and the events that come of it, until there are none. */
  async finish(): Promise<void> {
    for (;;) {
      while (this.#planned.length > 0) await this.step();
      await this.harness.until(Promise.all(this.#underWay));
      if (this.#planned.length > 0) continue;
      if (this.#stuck) throw this.#stuck;
      await this.harness.settle();
      const events = await this.harness.takeEvents();
      if (events.length === 0) return;
      this.enqueue(events);
    }
  }

  #nextAttempts(): readonly Attempt[] {
    return this.plan[this.events.length % this.plan.length]!;
  }

  #schedule(event: WebhookEvent, attempts: readonly Attempt[]): void {
    this.events.push(event);
    this.#progress.set(event.id, { planned: attempts.length, retries: 0, isAcknowledged: false });
    let step = this.#step;
    for (const { delay, fault } of attempts) {
      step += delay;
      this.#planned.push({ step, event, fault });
    }
  }

  async #deliver(event: WebhookEvent, fault: DeliveryFault): Promise<void> {
    if (fault === "dropped") {
      this.#ended(event, "dropped");
      return;
    }
    this.deliveries += 1;
    const { answer } = await this.harness.deliver(event, fault === "answer lost" ? "none" : fault);
    const ended = answer.then((status) => {
      this.#ended(event, fault === "answer lost" ? "lost" : status);
    });
    this.#underWay.add(ended);
    void ended.finally(() => this.#underWay.delete(ended));
    if (this.#underWay.size >= (this.plan === IN_ORDER ? 1 : MAX_CONCURRENT)) {
      await this.harness.until(Promise.race(this.#underWay));
    }
  }

  /** A sender tries again until one delivery has been acknowledged. */
  #ended(event: WebhookEvent, result: number | "dropped" | "lost"): void {
    const progress = this.#progress.get(event.id)!;
    progress.planned -= 1;
    progress.isAcknowledged ||= result === 200;
    if (progress.isAcknowledged || progress.planned > 0) return;
    if (progress.retries >= MAX_RETRIES) {
      this.#stuck ??= new Error(`${event.type} is always answered with ${result}: ${event.body}`);
      return;
    }
    progress.retries += 1;
    progress.planned += 1;
    this.#planned.push({ step: this.#step + RETRY_AFTER, event, fault: "none" });
  }
}
