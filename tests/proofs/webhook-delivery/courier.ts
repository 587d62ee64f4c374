/** The post between senders and backend: carries each event as often and as late as its fate says. */
import type { Letter } from "./letters.ts";
import { CALM, type Mishap, type Weather } from "./weather.ts";
import type { World } from "./world.ts";

/** Deliveries under way at a time, in a storm; Svix and Stripe have no such bound. */
const AT_ONCE = 16;
/** Steps until a sender tries again. */
const RETRY_AFTER = 3;
/** Further deliveries of an event that is never acknowledged, until the test gives up. */
const MAX_RETRIES = 30;

interface Delivery {
  at: number; // step
  letter: Letter;
  mishap: Mishap;
}

/** How far an event has got. */
interface Progress {
  planned: number;
  retries: number;
  isAcknowledged: boolean;
}

/** See the module. One per run of a history. */
export class Courier {
  /** All that was posted, in order. */
  readonly letters: Letter[] = [];
  /** How many deliveries reached the backend. */
  deliveries = 0;
  readonly #world: World;
  readonly #weather: Weather;
  readonly #atOnce: number;
  readonly #progress = new Map<string, Progress>();
  readonly #underWay = new Set<Promise<void>>();
  #planned: Delivery[] = [];
  #step = 0;
  #stuck: Error | undefined;

  constructor(world: World, weather: Weather) {
    this.#world = world;
    this.#weather = weather;
    this.#atOnce = weather === CALM ? 1 : AT_ONCE;
  }

  /** Takes events to be delivered. */
  post(letters: readonly Letter[]): void {
    for (const letter of letters)
      this.#plan(letter, this.#weather[this.letters.length % this.#weather.length]!);
  }

  /** Delivers an event at once and well. What its fate has beyond a first delivery comes later. */
  async hand(letter: Letter): Promise<void> {
    const [, ...further] = this.#weather[this.letters.length % this.#weather.length]!;
    this.#plan(letter, further);
    this.deliveries += 1;
    const { answer } = await this.#world.send(letter, "none");
    const status = await this.#world.until(answer);
    if (status !== 200) throw new Error(`${letter.type} was answered with ${status}`);
    this.#progress.get(letter.id)!.isAcknowledged = true;
  }

  /** Delivers what is due, and lets a step of time pass. */
  async step(): Promise<void> {
    const isDue = ({ at }: Delivery) => at <= this.#step;
    const due = this.#planned.filter(isDue);
    this.#planned = this.#planned.filter((delivery) => !isDue(delivery));
    for (const delivery of due) await this.#deliver(delivery);
    this.#step += 1;
    await this.#world.pass();
  }

  /** Delivers all that is left, and what comes of it, until nothing does. */
  async finish(): Promise<void> {
    for (;;) {
      while (this.#planned.length > 0) await this.step();
      await this.#world.until(Promise.all(this.#underWay));
      if (this.#planned.length > 0) continue;
      if (this.#stuck) throw this.#stuck;
      await this.#world.settle();
      const letters = await this.#world.collect();
      if (letters.length === 0) return;
      this.post(letters);
    }
  }

  #plan(letter: Letter, fate: Weather[number]): void {
    this.letters.push(letter);
    this.#progress.set(letter.id, { planned: fate.length, retries: 0, isAcknowledged: false });
    let at = this.#step;
    for (const { after, mishap } of fate) {
      at += after;
      this.#planned.push({ at, letter, mishap });
    }
  }

  async #deliver({ letter, mishap }: Delivery): Promise<void> {
    if (mishap === "dropped") {
      this.#ended(letter, "dropped");
      return;
    }
    this.deliveries += 1;
    const { answer } = await this.#world.send(letter, mishap === "answer lost" ? "none" : mishap);
    const ended = answer.then((status) => {
      this.#ended(letter, mishap === "answer lost" ? "lost" : status);
    });
    this.#underWay.add(ended);
    void ended.finally(() => this.#underWay.delete(ended));
    if (this.#underWay.size >= this.#atOnce) await this.#world.until(Promise.race(this.#underWay));
  }

  /** A sender tries again until it has been answered well once. */
  #ended(letter: Letter, outcome: number | "dropped" | "lost"): void {
    const progress = this.#progress.get(letter.id)!;
    progress.planned -= 1;
    progress.isAcknowledged ||= outcome === 200;
    if (progress.isAcknowledged || progress.planned > 0) return;
    if (progress.retries >= MAX_RETRIES) {
      this.#stuck ??= new Error(
        `${letter.type} is answered with ${outcome} for ever: ${letter.body}`,
      );
      return;
    }
    progress.retries += 1;
    progress.planned += 1;
    this.#planned.push({ at: this.#step + RETRY_AFTER, letter, mishap: "none" });
  }
}
