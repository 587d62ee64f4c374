/** A world that can be made larger: the app with functions that fill its tables, and its function log. */
import { readFileSync } from "node:fs";
import { anyApi, type ApiFromModules } from "convex/server";
import type { Id } from "../../../convex/_generated/dataModel";
import { runMutation, runQuery } from "../../support/operator.ts";
import { startWorld, type World } from "../../support/world.ts";
import { Recorder } from "./recorder.ts";
import type * as seedingModule from "./seeding.ts";

// Typed as `_generated/api` would type it, beside the app's own.
const { seeding } = anyApi as unknown as ApiFromModules<{ seeding: typeof seedingModule }>;

/** How many rows are written per call: about ten for each stranger. */
const STRANGERS_PER_BATCH = 200;
const MESSAGES_PER_BATCH = 2_000;
/** Nearly 1 MiB each, so that a few are more than a transaction may read: 16 MiB. */
const LONG_MESSAGES = 30;
const LONG_PER_BATCH = 10;

/** Turns end at once, but for those that are asked to wait. */
const AGENT_COMMAND = `case "$QUAVER_PROMPT" in *wait*) exec sleep 600;; esac`;

/** A growing world. */
export class ScaleWorld {
  #strangers = 0;

  private constructor(
    readonly world: World,
    readonly recorder: Recorder,
  ) {}

  static async start(): Promise<ScaleWorld> {
    const source = readFileSync(new URL("./seeding.ts", import.meta.url), "utf8");
    const world = await startWorld({
      // It is typed where it stands, and runs in `convex/`.
      modules: { "seeding.ts": source.replaceAll("../../../convex", ".") },
      environment: { AGENT_COMMAND },
      daytona: { delaysMs: { create: 5, start: 5, stop: 5, archive: 5, destroy: 5 } },
    });
    // Else it is chance whether a deletion's work is the call's or that of Clerk's webhook.
    world.clerk.faults.add({ method: "WEBHOOK", path: "user.deleted", kind: "drop" });
    return new ScaleWorld(world, await Recorder.start(world.deployment));
  }

  async close(): Promise<void> {
    await this.world.close();
    await this.recorder.close();
  }

  /** Adds people, with their things in every table, until there are so many. */
  async addStrangers(upTo: number): Promise<void> {
    for (; this.#strangers < upTo;) {
      const count = Math.min(STRANGERS_PER_BATCH, upTo - this.#strangers);
      const range = { from: this.#strangers, count };
      await runMutation(this.world.deployment, seeding.addStrangers, range);
      this.#strangers += count;
    }
  }

  async addMessages(projectId: Id<"projects">, upTo: number): Promise<void> {
    for (let from = 0; from < upTo; from += MESSAGES_PER_BATCH) {
      const count = Math.min(MESSAGES_PER_BATCH, upTo - from);
      await runMutation(this.world.deployment, seeding.addMessages, { projectId, from, count });
    }
  }

  /** Adds messages that together are more than a transaction may read. */
  async addLongMessages(projectId: Id<"projects">): Promise<void> {
    for (let added = 0; added < LONG_MESSAGES; added += LONG_PER_BATCH) {
      const batch = { projectId, count: LONG_PER_BATCH };
      await runMutation(this.world.deployment, seeding.addLongMessages, batch);
    }
  }

  /** @returns one of the projects, which has failed */
  async addThings(
    userId: Id<"users">,
    things: { projects: number; bills: number },
  ): Promise<Id<"projects">> {
    return await runMutation(this.world.deployment, seeding.addThings, { userId, ...things });
  }

  /** The tables in which something of a person, or of these projects of theirs, is left. */
  async left(userId: Id<"users"> | null, projectIds: Id<"projects">[]): Promise<string[]> {
    return await runQuery(this.world.deployment, seeding.left, { userId, projectIds });
  }

  /** Whether Daytona has a sandbox. */
  async hasSandbox(sandboxId: string): Promise<boolean> {
    const { url, apiKey } = this.world.daytona;
    const headers = { authorization: `Bearer ${apiKey}` };
    return (await fetch(`${url}/sandbox/${sandboxId}`, { headers })).ok;
  }
}
