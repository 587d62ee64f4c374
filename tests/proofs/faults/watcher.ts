/** Watches a case while it runs: follows each turn's output as its owner does, and looks for what may never be. */
import { setTimeout as sleep } from "node:timers/promises";
import { api } from "../../../convex/_generated/api.js";
import type { Doc, Id, TableNames } from "../../../convex/_generated/dataModel";
import { runQuery } from "../../support/operator.ts";
import type { TestUser } from "../../support/user.ts";
import { wrongAtAnyTime } from "../project-invariants.ts";
import { rows, type Worker } from "./worker.ts";

const INTERVAL_MS = 100;

/** The rows of the tables that the invariants are about. */
export type Tables = {
  [
    Table in Exclude<TableNames, "usage" | "sweeps" | `stripe${"Events" | "Reads" | "Attempts"}`>
  ]: Doc<Table>[];
};

/** All rows, of one moment. */
export async function readTables({ world }: Worker): Promise<Tables> {
  return (await runQuery(world.deployment, rows.readAll, {})) as Tables;
}

export class Watcher {
  readonly #wrong = new Set<string>();
  readonly #heard = new Map<Id<"turns">, { text: string; next: number }>();
  readonly #over: Promise<void>;
  #isOver = false;

  constructor(
    readonly worker: Worker,
    readonly user: TestUser,
  ) {
    this.#over = this.#watch();
  }

  /** What a turn's agent has said, as far as it was answered. */
  heard(turnId: Id<"turns">): string {
    return this.#heard.get(turnId)?.text ?? "";
  }

  /** What was seen that may never be, in words. */
  wrong(): string[] {
    return [...this.#wrong].map((it) => `meanwhile: ${it}`);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#over;
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#look();
      } catch (error) {
        // `fetch` throws a TypeError without a connection: the deployment was killed.
        if (!(error instanceof TypeError)) this.#wrong.add(String(error));
      }
      await sleep(INTERVAL_MS);
    }
  }

  async #look(): Promise<void> {
    const tables = await readTables(this.worker);
    for (const wrong of wrongAtAnyTime(tables)) this.#wrong.add(wrong);
    for (const run of tables.turnRuns) await this.#listen(run);
  }

  /** Appends what is new of a turn's output; its agent goes on with the next word. */
  async #listen({ turnId, sandboxId, session }: Doc<"turnRuns">): Promise<void> {
    const before = this.#heard.get(turnId) ?? { text: "", next: 0 };
    const { output } = api.turns.queries;
    const answer = await this.user.query(output, { turnId, after: before.next });
    if (answer === null) return;
    const text = before.text + answer.parts.map((part) => part.text).join("");
    this.#heard.set(turnId, { text, next: answer.next });
    this.worker.letAgentGoOn(sandboxId, session, text.split(" ").length);
  }
}
