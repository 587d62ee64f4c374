/** Calling an outside service about many things, in bounded time, and no longer than it answers. */

/** After so many calls in a row without an answer, it is checked whether the service answers at all. */
const MAX_UNANSWERED = 3;

/** How a run ended: all items were done, or the time was up before that, or the service is down. */
export type BoundedEnd = "done" | "out of time" | "down";

/** The bounds of a run. */
export interface Bounds {
  /** How many calls run at a time. */
  concurrency: number;
  /** No call begins after so many milliseconds; those that have begun are waited for. */
  timeMs: number;
  /**
   * Checks whether the service answers at all, after several calls in a row without an answer: the
   * fault may be those items' alone. Without it the service counts as down then.
   */
  isUp?: () => Promise<boolean>;
}

/**
 * Calls the service for each item, in a random order, so that what there was no time for differs from run to run.
 *
 * @param call - returns whether there was an answer; if it throws, so does this
 */
export async function forEachBounded<Item>(
  items: readonly Item[],
  { concurrency, timeMs, isUp = () => Promise.resolve(false) }: Bounds,
  call: (item: Item) => Promise<boolean>,
): Promise<BoundedEnd> {
  const end = Date.now() + timeMs;
  const waiting = shuffled(items);
  const service = { down: false, unanswered: 0 }; // of those in a row
  let check: Promise<void> | undefined;
  const checkService = async () => {
    service.down = !(await isUp());
    service.unanswered = 0;
    check = undefined;
  };
  const work = async () => {
    while (!service.down && waiting.length > 0 && Date.now() < end) {
      const answered = await call(waiting.pop() as Item); // there is one
      service.unanswered = answered ? 0 : service.unanswered + 1;
      if (service.unanswered >= MAX_UNANSWERED) await (check ??= checkService());
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  if (service.down) return "down";
  return waiting.length > 0 ? "out of time" : "done";
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}
