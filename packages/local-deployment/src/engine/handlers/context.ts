import { failureOf, type Failure } from "../../runtime/errors/failure.ts";
import type { IndexWrite } from "../../tx/pending_commit.ts";
import type { Component } from "../code/components.ts";
import { LiveQueries } from "../live_queries.ts";
import type { DueKinds, EngineApi, EngineMessage } from "../protocol.ts";
import { SessionRequests } from "../sessions.ts";
import type { EngineState } from "../state.ts";

/** `EngineApi`, each operation possibly asynchronous. */
export type EngineHandlers = {
  [Op in keyof EngineApi]: (
    ...args: Parameters<EngineApi[Op]>
  ) => ReturnType<EngineApi[Op]> | Promise<ReturnType<EngineApi[Op]>>;
};

/** What the engine's handlers share: its state, its live queries, and its messages to the server. */
export class EngineContext {
  readonly live: LiveQueries;
  readonly sessions: SessionRequests;

  constructor(
    readonly state: EngineState,
    private readonly emit: (message: EngineMessage) => void,
    firstToken: number,
  ) {
    this.live = new LiveQueries(state, firstToken);
    this.sessions = new SessionRequests(state.store.db);
  }

  /** Invalidates the live queries whose reads a commit has changed. */
  committed(writes: readonly IndexWrite[]): void {
    if (writes.length > 0) this.#invalidated(this.live.invalidate(writes));
  }

  /** Tells the server when the next job is due, which may have changed. */
  scheduledMayHaveChanged(): void {
    this.emit({ kind: "scheduled", nextDue: nextDue(this.state) });
  }

  /** Applies new code or variables: every live query may have another result. */
  reload(): void {
    this.state.reload();
    this.#invalidated(this.live.invalidateAll());
    this.scheduledMayHaveChanged();
  }

  /** The mounted component that makes a call. @throws Error when it was unmounted while its action ran */
  component(id: string): Component {
    const component = this.state.code.components.get(id);
    if (component === undefined) throw new Error(`Component ${id} is not mounted`);
    return component;
  }

  #invalidated(tokens: readonly number[]): void {
    if (tokens.length > 0) this.emit({ kind: "invalidated", tokens });
  }
}

/** When the next job or cron is due, in milliseconds since 1970; null when none of the wanted kinds is. */
export function nextDue(
  state: EngineState,
  { jobs, crons }: DueKinds = { jobs: true, crons: true },
): number | null {
  const times = [
    jobs ? state.jobs.nextDueTime() : null,
    crons ? state.crons.nextDueTime() : null,
  ].filter((t) => t !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** The result of `work`, or the failure that user code or a client gets. */
export function attempt<T>(work: () => T): T | Failure {
  try {
    return work();
  } catch (error) {
    return failureOf(error);
  }
}
