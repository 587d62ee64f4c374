/** The proof itself, for whichever world: storms against calm, counted. */
import fc from "fast-check";
import { differences } from "./compare.ts";
import type { History } from "./history.ts";
import { live, type Run } from "./live.ts";
import { brokenPromises, endingOf } from "./promises.ts";
import { CALM, type Weather } from "./weather.ts";
import type { World } from "./world.ts";

/** What was done, and found. */
export class Tally {
  people = 0;
  storms = 0;
  events = 0;
  deliveries = 0;
  differences = 0;

  /** What `bun run prove` prints. */
  toString(): string {
    const count = (n: number) => n.toLocaleString("en");
    return (
      `weather: ${count(this.deliveries)} deliveries of ${count(this.events)} events ` +
      `for ${count(this.people)} people in ${count(this.storms)} storms, ` +
      `${count(this.differences)} differences`
    );
  }

  /** Counts a storm. */
  add({ cast, courier }: Run): void {
    this.storms += 1;
    this.people += cast.length;
    this.events += courier.letters.length;
    this.deliveries += courier.deliveries;
  }
}

/** A history, and the weather it is met with. */
export interface Case {
  history: History;
  weather: Weather;
}

/**
 * The property: whatever the weather, a history ends as it does in order and once each, and every promise is kept.
 *
 * @param newWorld makes, or finds, a world for each run; the people of a run are always its own
 */
export function endsAlike(
  cases: fc.Arbitrary<Case>,
  newWorld: () => Promise<World>,
  tally: Tally,
): fc.IAsyncProperty<[Case]> {
  return fc.asyncProperty(cases, async ({ history, weather }) => {
    const calmWorld = await newWorld();
    const calm = await endingOf(calmWorld, await live(calmWorld, history, CALM));
    const world = await newWorld();
    const storm = await endingOf(world, await live(world, history, weather));
    const found = [
      ...differences(calm.picture, storm.picture),
      ...(await brokenPromises(world, storm)),
    ];
    tally.add(storm.run);
    tally.differences += found.length;
    if (found.length > 0) throw new Error(found.slice(0, 20).join("\n"));
  });
}
