/** Delivers webhook events to the backend, as often and as late as a delivery plan says. */
import {
  IN_ORDER,
  type Attempts,
  type DeliveryFault,
  type DeliveryPlan,
} from "./delivery-faults.ts";
import type { Harness } from "./harness.ts";
import type { WebhookEvent } from "./webhook-event.ts";

/** Deliveries under way at a time, unless in order; Svix and Stripe have no such bound. */
const MAX_CONCURRENT = 16;
/** Steps until a sender tries again. */
const RETRY_AFTER = 3;
/** Further deliveries of an event that is never acknowledged, until the test gives up. */
const MAX_RETRIES = 30;

interface Delivery {
  at: number; // step
  event: WebhookEvent;
  fault: DeliveryFault;
}

interface Progress {
  planned: number;
  retries: number;
  isAcknowledged: boolean;
}

/** One per run of a history. */
export class Dispatcher {
  /** All events so far, in order. */
  readonly events: WebhookEvent[] = [];
  /** How many deliveries reached the backend. */
  deliveries = 0;
  readonly #maxConcurrent: number;
  readonly #progress = new Map<string, Progress>();
  readonly #underWay = new Set<Promise<void>>();
  #planned: Delivery[] = [];
  #step = 0;
  #stuck: Error | undefined;

  constructor(
    private readonly harness: Harness,
    private readonly plan: DeliveryPlan,
  ) {
    this.#maxConcurrent = plan === IN_ORDER ? 1 : MAX_CONCURRENT;
  }

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
    const isDue = ({ at }: Delivery) => at <= this.#step;
    const due = this.#planned.filter(isDue);
    this.#planned = this.#planned.filter((delivery) => !isDue(delivery));
    for (const delivery of due) await this.#deliver(delivery);
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

  #nextAttempts(): Attempts {
    return this.plan[this.events.length % this.plan.length]!;
  }

  #schedule(event: WebhookEvent, attempts: Attempts): void {
    this.events.push(event);
    this.#progress.set(event.id, { planned: attempts.length, retries: 0, isAcknowledged: false });
    let at = this.#step;
    for (const { delay, fault } of attempts) {
      at += delay;
      this.#planned.push({ at, event, fault });
    }
  }

  async #deliver({ event, fault }: Delivery): Promise<void> {
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
    if (this.#underWay.size >= this.#maxConcurrent) {
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
    this.#planned.push({ at: this.#step + RETRY_AFTER, event, fault: "none" });
  }
}
