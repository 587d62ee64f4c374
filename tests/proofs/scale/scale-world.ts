/** A world whose tables can be filled: the app with functions that insert rows, its function log, and an owner. */
import { readFileSync } from "node:fs";
import { anyApi, type ApiFromModules } from "convex/server";
import type { Id } from "../../../convex/_generated/dataModel";
import { PLANS } from "../../../convex/payments/plans.ts";
import { FunctionLog, type Completion } from "../../support/function-log.ts";
import { runMutation, runQuery } from "../../support/operator.ts";
import { askService } from "../../support/services.ts";
import { createProject, TestUser, untilAtRest, type SandboxProject } from "../../support/user.ts";
import { startWorld, type World } from "../../support/world.ts";
import type { Size } from "./measure.ts";
import type * as seedingModule from "./seeding.ts";

// Typed as `_generated/api` would type it, beside the app's own.
const { seeding } = anyApi as unknown as ApiFromModules<{ seeding: typeof seedingModule }>;

/** How many are inserted per call; each user has about ten rows. */
const USERS_PER_BATCH = 200;
const MESSAGES_PER_BATCH = 2_000;
/** Nearly 1 MiB each, so that a few are more than a transaction may read: 16 MiB. */
const LONG_MESSAGES = 30;
const LONG_PER_BATCH = 10;
const TURNS_PER_BATCH = 2_000;
/** More than half an hour of a turn can have, and more than one answer of `output` has. */
const MAX_CHUNKS = 2_000;
/** As many as a turn may have. */
const MAX_STEPS = 200;
/** More bills than one list returns. */
const MAX_BILLS = 150;

/** Turns write a file and end at once, but for those that are asked to wait. */
const AGENT_COMMAND = `mkdir -p app; echo "$QUAVER_PROMPT" > app/prompt.txt; case "$QUAVER_PROMPT" in *wait*) exec sleep 600;; esac`;

/** The user in whose name everything is measured, with as many projects as a plan allows. */
export interface Owner {
  user: TestUser;
  userId: Id<"users">;
  /** Has as many messages and turns as the size says, and what is left of the latest turn's output. */
  large: SandboxProject;
  /** As large, and with long messages too. It is still there when the account is deleted. */
  alsoLarge: SandboxProject;
  /** Can be retried. */
  failed: Id<"projects">;
  /** How many pieces a long answer has, as long as the size says. */
  chunks: number;
  /** Makes the answer of a project's latest turn that long. */
  addChunks: (projectId: Id<"projects">) => Promise<unknown>;
  /** How many steps a long turn has, as many as the size says. */
  steps: number;
  /** Gives a project's latest turn so many. */
  addSteps: (projectId: Id<"projects">) => Promise<unknown>;
}

export class ScaleWorld {
  readonly #completions: Completion[] = [];
  #otherUsers = 0;
  #isClosed = false;
  #failure: unknown;

  private constructor(readonly world: World) {}

  static async start(): Promise<ScaleWorld> {
    const source = readFileSync(new URL("./seeding.ts", import.meta.url), "utf8");
    const world = await startWorld({
      // It is typed where it stands, and runs in `convex/`.
      modules: { "seeding.ts": source.replaceAll("../../../convex", ".") },
      environment: { AGENT_COMMAND },
      daytona: { delaysMs: { create: 5, start: 5, stop: 5, archive: 5, destroy: 5 } },
    });
    // Otherwise either the call or Clerk's webhook does the work of a deletion, whichever is first.
    world.clerk.faults.add({ method: "WEBHOOK", path: "user.deleted", kind: "drop" });
    const scale = new ScaleWorld(world);
    const log = await FunctionLog.from(world.deployment);
    void scale.#follow(log).catch((error: unknown) => (scale.#failure = error));
    return scale;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.world.close();
  }

  /** Every execution since the start, as the function log has it. */
  completions(): readonly Completion[] {
    if (this.#failure === undefined) return this.#completions;
    throw new Error("The function log can't be read.", { cause: this.#failure });
  }

  async #follow(log: FunctionLog): Promise<void> {
    while (!this.#isClosed) this.#completions.push(...(await log.next()));
  }

  /** Adds users, with rows in every table, until there are so many. */
  async addOtherUsers(upTo: number): Promise<void> {
    for (; this.#otherUsers < upTo;) {
      const count = Math.min(USERS_PER_BATCH, upTo - this.#otherUsers);
      const range = { from: this.#otherUsers, count };
      await runMutation(this.world.deployment, seeding.addOtherUsers, range);
      this.#otherUsers += count;
    }
  }

  /** Signs somebody up, with so many messages and turns in each of two projects, and as many other projects and bills. */
  async addOwner({ messages, maxProjects = PLANS.pro.maxProjects }: Size): Promise<Owner> {
    const { deployment } = this.world;
    const user = await TestUser.signUp(this.world);
    const userId = await user.rowId();
    const [large, alsoLarge] = [await createProject(user), await createProject(user)];
    for (const { projectId } of [large, alsoLarge]) await untilAtRest(user, projectId);
    const long = { projectId: alsoLarge.projectId, count: LONG_PER_BATCH };
    const longMessages = messages < LONG_MESSAGES ? 0 : LONG_MESSAGES;
    for (let added = 0; added < longMessages; added += LONG_PER_BATCH) {
      await runMutation(deployment, seeding.addLongMessages, long);
    }
    const chunks = Math.min(messages, MAX_CHUNKS);
    const addChunks = (projectId: Id<"projects">) =>
      runMutation(deployment, seeding.addChunks, { projectId, count: chunks });
    const steps = Math.min(messages, MAX_STEPS);
    const addSteps = (projectId: Id<"projects">) =>
      runMutation(deployment, seeding.addSteps, { projectId, count: steps });
    for (const { projectId } of [large, alsoLarge]) {
      for (let from = 0; from < messages; from += MESSAGES_PER_BATCH) {
        const count = Math.min(MESSAGES_PER_BATCH, messages - from);
        await runMutation(deployment, seeding.addMessages, { projectId, from, count });
      }
      for (let from = 0; from < messages; from += TURNS_PER_BATCH) {
        const count = Math.min(TURNS_PER_BATCH, messages - from);
        await runMutation(deployment, seeding.addTurns, { projectId, from, count });
      }
      await addChunks(projectId);
      await addSteps(projectId);
    }
    // Room for the two above, and for one to be created.
    const projects = Math.min(messages, maxProjects) - 3;
    const rows = { userId, projects, bills: Math.min(messages, MAX_BILLS) };
    const failed = await runMutation(deployment, seeding.addProjectsAndBills, rows);
    return { user, userId, large, alsoLarge, failed, chunks, addChunks, steps, addSteps };
  }

  /** Where something of a user, or of a project of theirs, is left. */
  async left(userId: Id<"users"> | null, { projectId, sandboxId }: SandboxProject) {
    const ids = { userId, projectId };
    const tables = await runQuery(this.world.deployment, seeding.left, ids);
    const hasSandbox = (await askService(this.world, "daytona", `/sandbox/${sandboxId}`)) !== null;
    return hasSandbox ? [...tables, "a sandbox at Daytona"] : tables;
  }
}
