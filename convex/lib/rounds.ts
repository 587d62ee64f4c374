/** Asking an outside service about many things, in bounded time, and no longer than it answers. */

/** So many in a row without an answer, and it is asked whether the service answers at all. */
const MOST_UNANSWERED = 3;

/** How a round ended: everything was asked about, or its time was up before, or the service is away. */
export type RoundEnd = "done" | "out of time" | "away";

/** How to go about a round. */
export interface RoundOptions {
  /** How many are asked about side by side. */
  atATime: number;
  /** Nothing is begun after so many milliseconds; what has begun is waited for. */
  timeMs: number;
  /**
   * Whether the service answers at all, for when several in a row had no answer: those alone may be
   * in trouble. Without, the service counts as away then.
   */
  isAnswering?: () => Promise<boolean>;
}

/**
 * Asks about each of these, in a random order: what there was no time for is not the same each time.
 *
 * @param ask - tells whether there was an answer; if it throws, so does this
 */
export async function askAboutEach<Item>(
  items: readonly Item[],
  { atATime, timeMs, isAnswering = () => Promise.resolve(false) }: RoundOptions,
  ask: (item: Item) => Promise<boolean>,
): Promise<RoundEnd> {
  const end = Date.now() + timeMs;
  const waiting = shuffled(items);
  const service = { away: false, unanswered: 0 }; // of those in a row
  let check: Promise<void> | undefined;
  const checkService = async () => {
    service.away = !(await isAnswering());
    service.unanswered = 0;
    check = undefined;
  };
  const work = async () => {
    while (!service.away && waiting.length > 0 && Date.now() < end) {
      const answered = await ask(waiting.pop() as Item); // there is one
      service.unanswered = answered ? 0 : service.unanswered + 1;
      if (service.unanswered >= MOST_UNANSWERED) await (check ??= checkService());
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  if (service.away) return "away";
  return waiting.length > 0 ? "out of time" : "done";
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}
