/** The strangers: a new one whenever the last has used up what she may do, or lost what she had. */
import { stringsIn } from "./database.ts";
import { Stranger } from "./stranger.ts";
import type { World } from "../../support/world.ts";

/** Whoever is the stranger at the moment, and all that have been. */
export class Cast {
  readonly #names = new Set<string>();
  #present: Promise<Stranger> | undefined;

  constructor(private readonly world: World) {}

  /** The present stranger. */
  stranger(): Promise<Stranger> {
    this.#present ??= this.#arrive();
    return this.#present;
  }

  /** Sends the present stranger away: the next call is another's. */
  dismiss(): void {
    this.#present = undefined;
  }

  /** Whether a row is one of the strangers'. */
  owns(row: unknown): boolean {
    return stringsIn(row).some(({ text }) => this.#names.has(text));
  }

  async #arrive(): Promise<Stranger> {
    const stranger = await Stranger.arrive(this.world);
    const { users, projects, messages } = stranger.own;
    for (const name of [stranger.caller.person.id, users, projects, messages]) {
      this.#names.add(name);
    }
    return stranger;
  }
}
