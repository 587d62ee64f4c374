/** Records what a deployment runs, and what each call of a public function costs. */
import type { Target } from "../../../scripts/lib/convex-cli.ts";
import { FunctionLog, type Completion } from "../../support/function-log.ts";
import { until } from "../../support/until.ts";

/** Documents and bytes that a call has read and written, in all its transactions. */
export interface Cost {
  read: number;
  readBytes: number;
  written: number;
  writtenBytes: number;
}

/** The result of a call, and its cost. */
export interface Measured<T> {
  result: T;
  cost: Cost;
}

/** Follows the function log, and keeps all of it. */
export class Recorder {
  readonly completions: Completion[] = [];
  #closed = false;
  #failure: Error | null = null;
  readonly #following: Promise<void>;

  private constructor(log: FunctionLog) {
    this.#following = this.#follow(log);
  }

  static async start(target: Target): Promise<Recorder> {
    return new Recorder(await FunctionLog.from(target));
  }

  /** Call it when the deployment has been stopped: until then a read of the log may wait for a minute. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#following;
  }

  /** The completions after the first `mark`. */
  since(mark: number): Completion[] {
    if (this.#failure !== null) throw this.#failure;
    return this.completions.slice(mark);
  }

  /**
   * Makes a call of a public function, and adds up the cost of its request: the function itself and, of an action,
   * all that it called.
   */
  async measure<T>(name: string, call: () => Promise<T>): Promise<Measured<T>> {
    const mark = this.completions.length;
    const result = await call();
    const root = await until(
      `${name} in the function log`,
      () => this.since(mark).find(({ identifier }) => identifier === name),
      { intervalMs: 10 },
    );
    const parts = this.since(mark).filter(({ requestId }) => requestId === root.requestId);
    return { result, cost: parts.map(costOf).reduce(sum) };
  }

  async #follow(log: FunctionLog): Promise<void> {
    try {
      while (!this.#closed) this.completions.push(...(await log.next()));
    } catch (error) {
      // Thrown by the next `since`; after `close` the deployment may well be gone.
      this.#failure = new Error("The function log can't be read.", { cause: error });
    }
  }
}

/** What one execution cost. */
export function costOf({ usageStats }: Completion): Cost {
  return {
    read: usageStats.databaseReadDocuments,
    readBytes: usageStats.databaseReadBytes,
    written: usageStats.databaseWriteDocuments,
    writtenBytes: usageStats.databaseWriteBytes,
  };
}

function sum(a: Cost, b: Cost): Cost {
  return {
    read: a.read + b.read,
    readBytes: a.readBytes + b.readBytes,
    written: a.written + b.written,
    writtenBytes: a.writtenBytes + b.writtenBytes,
  };
}
