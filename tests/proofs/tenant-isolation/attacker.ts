/** The attacker: another signed-in user, with things of their own, so that their calls get past the other checks. */
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel.js";
import { untilIdle } from "../../support/operator.ts";
import { createProject, TestUser } from "../../support/user.ts";
import type { World } from "../../support/world.ts";
import type { Filling } from "./argument-paths.ts";
import { names } from "./database.ts";

const { cancel: cancelTurn } = api.turns.mutations;
const { listByProject: listTurns } = api.turns.queries;
const { getById, listForCurrentUser } = api.projects.queries;

/** What an attacker has. */
interface Own {
  users: Id<"users">;
  projects: Id<"projects">;
  messages: Id<"messages">;
  turns: Id<"turns">;
  sandboxId: string;
}

/** Someone with a ready project, with a message and a cancelled turn in it. */
export class Attacker {
  #messages = 0;

  private constructor(
    readonly user: TestUser,
    readonly own: Own,
  ) {}

  static async signUp(world: World): Promise<Attacker> {
    const user = await TestUser.signUp(world, "Eve");
    const project = { name: "Own", prompt: "Work forever" };
    const { projectId, sandboxId } = await createProject(user, project);
    const turns = (await user.query(listTurns, { projectId }))[0]!._id;
    await user.mutation(cancelTurn, { turnId: turns });
    // Calls that come later would be taken for those of an attempt.
    await untilIdle(world.deployment, { dueWithinMs: 0, timeoutMs: 60_000 });
    const message = { projectId, role: "user" as const, content: "Hello" };
    const messages = await user.mutation(api.messages.mutations.insert, message);
    const users = await user.rowId();
    return new Attacker(user, { users, projects: projectId, messages, turns, sandboxId });
  }

  /** Arguments are filled with the attacker's own, where a field names something. */
  filling(withOptional: boolean): Filling {
    const { users, projects, messages, turns, sandboxId } = this.own;
    const ids: Partial<Record<string, string>> = { users, projects, messages, turns };
    const texts: Partial<Record<string, string>> = {
      userId: users,
      projectId: projects,
      messageId: messages,
      sandboxId,
    };
    return {
      withOptional,
      id: (table) => ids[table],
      text: (field) =>
        // An id of a message that was used before would end the call early.
        field === "clientMessageId" ? `message ${++this.#messages}` : (texts[field] ?? "Anything"),
    };
  }

  /**
   * Restores the attacker's things after a call that may have changed them.
   *
   * @returns false when that can't be done: then another attacker is needed
   */
  async restore(): Promise<boolean> {
    const { user, own } = this;
    const { projects: projectId } = own;
    const project = await user.query(getById, { projectId }).catch(() => null);
    if (project === null) return false;
    if (project.status === "generating") await this.#cancelTurns(projectId);
    else if (project.status !== "ready" || project.operation !== undefined) return false;
    for (const other of await user.query(listForCurrentUser, {})) {
      if (other._id === projectId) continue;
      await user.mutation(api.projects.mutations.remove, { projectId: other._id });
    }
    return true;
  }

  /** The newest first, so that none begins when the one that runs is cancelled. */
  async #cancelTurns(projectId: Id<"projects">): Promise<void> {
    const turns = await this.user.query(listTurns, { projectId });
    for (const { _id: turnId, status } of turns.reverse()) {
      const isOver = status !== "queued" && status !== "running";
      if (!isOver) await this.user.mutation(cancelTurn, { turnId });
    }
  }
}

/** The attackers: a new one whenever the last is rate-limited or has lost what they had. */
export class Attackers {
  readonly #identifiers = new Set<string>();
  #current: Promise<Attacker> | undefined;

  constructor(private readonly world: World) {}

  /** The present attacker. */
  current(): Promise<Attacker> {
    this.#current ??= this.#signUp();
    return this.#current;
  }

  /** The next call is another attacker's. */
  replace(): void {
    this.#current = undefined;
  }

  /** Whether a row belongs to an attacker. */
  own(row: unknown): boolean {
    return names(row, this.#identifiers);
  }

  async #signUp(): Promise<Attacker> {
    const attacker = await Attacker.signUp(this.world);
    const { users, projects, messages, turns } = attacker.own;
    for (const identifier of [attacker.user.clerkId, users, projects, messages, turns]) {
      this.#identifiers.add(identifier);
    }
    return attacker;
  }
}
