import type { Runner } from "./runner.ts";

/** How long an unused runner is kept, in milliseconds: starting one takes some tenths of a second. */
const IDLE_MS = 2 * 60_000;
/** How often idle runners are checked, in milliseconds. */
const CHECK_MS = 15_000;
/** How soon an idle runner must answer, in milliseconds; one that does not still runs code of its last action. */
const ANSWER_MS = 1_500;

/** Runners that are kept for the next action. Each is used by one at a time. */
export class RunnerPool<R extends Runner> {
  readonly #all = new Set<R>();
  /** The one that was used last is at the end, and is used first. */
  #idle: { readonly runner: R; readonly since: number }[] = [];
  readonly #stale = new WeakSet<R>();
  #closed = false;
  readonly #cleanUp: ReturnType<typeof setInterval>;

  constructor(private readonly start: (gone: (runner: R) => void) => R | Promise<R>) {
    this.#cleanUp = setInterval(() => {
      const before = Date.now() - IDLE_MS;
      for (const { runner, since } of this.#idle) if (since < before) this.end(runner);
    }, CHECK_MS);
  }

  /** Reserves a runner until the caller gives it back or ends it. @throws Error when none can be started */
  async take(): Promise<R> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (await isResponsive(idle.runner)) return idle.runner;
      this.end(idle.runner);
    }
    return await this.takeNew();
  }

  /** A new one. @throws Error when none can be started */
  async takeNew(): Promise<R> {
    const runner = await this.start((ended) => {
      this.#forget(ended);
    });
    this.#all.add(runner);
    // It may have been closed while this one was started.
    if (this.#closed) this.end(runner);
    return runner;
  }

  /** Keeps a runner for the next action. */
  give(runner: R): void {
    runner.listener = null;
    if (!this.#all.has(runner)) return;
    if (this.#stale.has(runner)) this.end(runner);
    else this.#idle.push({ runner, since: Date.now() });
  }

  /** Ends a runner, even a busy one. */
  end(runner: R): void {
    this.#forget(runner);
    runner.end();
  }

  /** Makes the next actions use new runners; running actions keep theirs. */
  renew(): void {
    for (const runner of this.#all) this.#stale.add(runner);
    for (const { runner } of this.#idle) this.end(runner);
  }

  /** Ends all runners, and notifies their listeners. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#cleanUp);
    for (const runner of [...this.#all]) {
      const { listener } = runner;
      this.end(runner);
      listener?.onExit();
    }
  }

  #forget(runner: R): void {
    this.#all.delete(runner);
    this.#idle = this.#idle.filter((idle) => idle.runner !== runner);
  }
}

/** Whether an idle runner answers in time. */
function isResponsive(runner: Runner): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (free: boolean) => {
      clearTimeout(timer);
      runner.listener = null;
      resolve(free);
    };
    const timer = setTimeout(settle, ANSWER_MS, false);
    runner.listener = {
      onMessage: ({ kind }) => {
        if (kind === "pong") settle(true);
      },
      onExit: () => {
        settle(false);
      },
    };
    runner.send({ kind: "ping" });
  });
}
