/** Looks for whatever of the victim's has changed, here or at the other services. */
import { changesBetween, dumpOf, rowsIn, stringsIn, type Dump } from "./database.ts";
import type { Row } from "../../support/operator.ts";
import { isOfJobs } from "./identifiers.ts";
import { takeCalls } from "./outside.ts";
import { withoutLooks, type Stage } from "./stage.ts";
import type { Cast } from "./cast.ts";

/** How much must be as it was. */
export type Extent =
  /** Everything: the strangers were refused each time. */
  | "everything"
  /** What is the victim's: the strangers did things of their own meanwhile. */
  | "hers";

/** Jobs that run whatever a stranger does: the sweep's, and the looks at the victim's agent. */
const USUAL_JOBS = /^projects\/(sweep|survey|orphans|agent)\.js:(?!endSession)/;

function isUsual({ name }: Row): boolean {
  return typeof name === "string" && USUAL_JOBS.test(name);
}

/** Compares what there is now with what there was at the last look. */
export class Watch {
  readonly #names: ReadonlySet<string>;
  readonly #jobs = new Set<string>();
  #before: Dump = new Map();

  private constructor(
    private readonly stage: Stage,
    private readonly cast: Cast,
    private readonly extent: Extent,
  ) {
    this.#names = new Set(stage.hers.map(({ value }) => value));
  }

  /** Begins with what there is now. */
  static async begin(stage: Stage, cast: Cast, extent: Extent): Promise<Watch> {
    const watch = new Watch(stage, cast, extent);
    await watch.look();
    return watch;
  }

  /** Everything that has changed since the last look, in words. */
  async look(): Promise<string[]> {
    const { world, ada } = this.stage;
    const whole = await dumpOf(world.deployment);
    const jobs = this.#newJobs(whole);
    const now = this.#inExtent(withoutLooks(whole, [ada.projects.generating]));
    const changes = changesBetween(this.#before, now);
    this.#before = now;
    const calls = takeCalls(world).filter((call) => this.#isUnusual(call));
    return [...changes, ...jobs, ...calls.map((call) => `a call: ${call}`)];
  }

  #inExtent(dump: Dump): Dump {
    if (this.extent === "everything") return dump;
    return new Map(
      [...dump].map(([table, rows]) => [table, rows.filter((row) => this.#isHers(row))]),
    );
  }

  /** What a stranger has written herself may have the victim's names in it. */
  #isHers(row: unknown): boolean {
    return stringsIn(row).some(({ text }) => this.#names.has(text)) && !this.cast.owns(row);
  }

  #newJobs(dump: Dump): string[] {
    const jobs = rowsIn(dump).filter(
      ({ table, row }) => isOfJobs(table) && this.#isHers(row) && !isUsual(row),
    );
    const fresh = jobs.filter(({ row }) => !this.#jobs.has(row._id));
    for (const { row } of fresh) this.#jobs.add(row._id);
    return fresh.map(({ table, row }) => `a job: ${table} ${JSON.stringify(row)}`);
  }

  /** Whether a call is neither the look at the victim's agent nor what the sweep asks. */
  #isUnusual(call: string): boolean {
    const { busySandbox } = this.stage.ada;
    const isLook =
      call.includes(busySandbox) &&
      (call.startsWith("daytona GET") || /\/(last-activity|process\/execute)$/.test(call));
    if (isLook || /^daytona GET \/sandbox(\/[^/]*)?$/.test(call)) return false;
    return this.extent === "everything" || [...this.#names].some((name) => call.includes(name));
  }
}
