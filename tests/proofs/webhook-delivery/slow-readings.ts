/** Answers of Stripe's that are long on their way: they say what was true when they were asked for. */
import { vi } from "vitest";

/**
 * How many steps such an answer takes, one after the other: it may be overtaken by the next delivery, or by all that
 * there are. A step is a second, and the backend waits for twenty.
 */
const STEPS = [2, 15, 5, 10];

interface Hold {
  path: RegExp;
  reached: () => void;
  release: () => void;
  released: Promise<void>;
  steps: number; // left, once it has been met
}

/** Stands between the functions' `fetch` and what was there before. */
export class SlowReadings {
  #waiting: Hold[] = [];
  #met: Hold[] = [];
  #count = 0;

  constructor() {
    const reach = globalThis.fetch;
    vi.stubGlobal("fetch", async (input: string, init?: RequestInit) => {
      const hold = init?.method === "GET" ? this.#meet(new URL(input).pathname) : undefined;
      const answer = await reach(input, init);
      hold?.reached();
      await hold?.released;
      return answer;
    });
  }

  /**
   * Has the next reading of this path be slow.
   *
   * @returns when the answer is on its way, and what takes it back if nobody asks
   */
  hold(path: RegExp): { away: () => void; held: Promise<void> } {
    const [held, reached] = signal();
    const [released, release] = signal();
    const hold = { path, reached, release, released, steps: STEPS[this.#count++ % STEPS.length]! };
    this.#waiting.push(hold);
    const away = () => {
      this.#waiting = this.#waiting.filter((other) => other !== hold);
    };
    return { away, held };
  }

  /** A step has passed. */
  pass(): void {
    for (const hold of this.#met) hold.steps -= 1;
    for (const hold of this.#met) if (hold.steps <= 0) hold.release();
    this.#met = this.#met.filter(({ steps }) => steps > 0);
  }

  #meet(path: string): Hold | undefined {
    const hold = this.#waiting.find((one) => one.path.test(path));
    if (hold === undefined) return undefined;
    this.#waiting = this.#waiting.filter((other) => other !== hold);
    this.#met.push(hold);
    return hold;
  }
}

/** Something to wait for, and what ends the waiting. */
function signal(): [Promise<void>, () => void] {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return [ended, end];
}
