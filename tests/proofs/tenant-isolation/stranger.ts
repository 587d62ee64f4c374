/** The stranger: signed in, with things of her own, so that her calls get past the look at what is hers. */
import { expect, vi } from "vitest";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { isRunning, unfinished } from "../../support/jobs.ts";
import { readTable } from "../../support/operator.ts";
import type { World } from "../../support/world.ts";
import { Caller } from "./caller.ts";
import type { Filling } from "./places.ts";

const { create, cancelGeneration } = api.projects.actions;
const { getById, listForCurrentUser } = api.projects.queries;

/** With several deployments at work on the machine, the end of a turn may take a while. */
const AT_REST_WITHIN_MS = 60_000;

/** What a stranger may name that is hers. */
type Own = {
  users: Id<"users">;
  projects: Id<"projects">;
  messages: Id<"messages">;
  sandboxId: string;
  clientMessageId: string;
};

/** Somebody with a ready project and a message in it. */
export class Stranger {
  #madeUp = 0;

  private constructor(
    readonly caller: Caller,
    readonly own: Own,
  ) {}

  static async arrive(world: World): Promise<Stranger> {
    const caller = await Caller.signUp(world, "Eve");
    const user = await caller.action(api.auth.users.syncCurrentUser, {});
    const made = await caller.action(create, { name: "Mine", prompt: "Work" });
    const { projectId, sandboxId } = made;
    await caller.action(cancelGeneration, { projectId });
    await atRest(world);
    const clientMessageId = crypto.randomUUID();
    const message = { projectId, role: "user" as const, content: "Hello", clientMessageId };
    const messageId = await caller.mutation(api.messages.mutations.insert, message);
    const own = { users: user._id, projects: projectId, messages: messageId };
    return new Stranger(caller, { ...own, sandboxId, clientMessageId });
  }

  /** What her calls are filled with: her own things, where a field names one. */
  filling(full: boolean): Filling {
    const ids: Record<string, string> = this.own;
    const texts: Record<string, string> = {
      userId: this.own.users,
      projectId: this.own.projects,
      messageId: this.own.messages,
      sandboxId: this.own.sandboxId,
    };
    return {
      full,
      id: (table) => ids[table],
      text: (field) =>
        // A name for a message that was used before would end the call early.
        field === "clientMessageId" ? `made up ${++this.#madeUp}` : (texts[field] ?? "Anything"),
    };
  }

  /**
   * Puts her things back as they were, after a call that may have changed them.
   *
   * @returns false when that can't be done: then a new stranger is needed
   */
  async tidyUp(): Promise<boolean> {
    const { projects: projectId } = this.own;
    const project = await this.caller.query(getById, { projectId }).catch(() => null);
    if (project === null) return false;
    if (project.status === "generating") await this.caller.action(cancelGeneration, { projectId });
    else if (project.status !== "ready" || project.operation !== undefined) return false;
    for (const other of await this.caller.query(listForCurrentUser, {})) {
      if (other._id === projectId) continue;
      await this.caller.mutation(api.projects.mutations.remove, { projectId: other._id });
    }
    return true;
  }
}

/** Until her turn's start and end are over: calls that come later would be taken for her attempts'. */
async function atRest({ deployment }: World): Promise<void> {
  const look = async () => {
    // In this order: a start that comes back late orders its end.
    const scheduled = await readTable(deployment, "_scheduled_functions");
    expect(scheduled.filter(isRunning)).toEqual([]);
    expect(unfinished(await readTable(deployment, "work", "workpool"))).toEqual([]);
  };
  await vi.waitFor(look, { timeout: AT_REST_WITHIN_MS, interval: 50 });
}
