import { AsyncLocalStorage } from "node:async_hooks";
import { FunctionError } from "../errors.ts";
import { MAX_CALL_DEPTH } from "../limits.ts";
import { LogSink, type LogLevel } from "../runtime/console.ts";
import { seededRandom } from "../runtime/globals.ts";
import type { QueryStream } from "../tx/query_stream.ts";
import type { Transaction, View } from "../tx/transaction.ts";
import type { Component } from "./components.ts";
import type { CalledFunction, FunctionPath } from "./paths.ts";

/** Who calls: what `getUserIdentity()` answers, and null when signed out. */
export type Identity = Readonly<Record<string, unknown>> | null;

/** Facts of the request that started an execution. */
export interface RequestContext {
  readonly requestId: string;
  readonly identity: Identity;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The job that runs, when the scheduler started it. */
  readonly jobId: string | null;
}

/** One top-level query or mutation with all it calls: one transaction, one set of logs. */
export class Execution {
  readonly logs = new LogSink();
  readonly random: () => number;
  /** Whether the result depends on who asked. */
  identityRead = false;
  identityHidden = false;
  /** Where the one paginated query of this execution ended: the next run's end cursor. */
  journal: string | null = null;
  paginated = false;
  /** The outermost function, once it is found. */
  called: CalledFunction | null = null;
  /** Set when the outermost function has ended, however it did. */
  ended = false;

  constructor(
    readonly tx: Transaction,
    readonly request: RequestContext,
    /** The end cursor of the run before this one, when a live query is run again. */
    readonly previousJournal: string | null,
    seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  log(level: LogLevel, messages: readonly string[]): void {
    this.logs.write(level, messages, Date.now());
  }
}

/** One function call inside an execution. */
export class Frame {
  readonly depth: number;
  readonly streams = new Map<number, QueryStream>();
  #nextStream = 0;
  /** Set when the function has ended: what it left running must not reach the database. */
  #closed = false;
  /** The child call that was made last, and all those before it. */
  #children: Promise<unknown> | null = null;

  constructor(
    readonly execution: Execution,
    readonly component: Component,
    readonly path: FunctionPath,
    readonly type: "query" | "mutation",
    readonly view: View,
    readonly parent: Frame | null,
  ) {
    this.depth = parent === null ? 1 : parent.depth + 1;
    if (this.depth > MAX_CALL_DEPTH) {
      throw new FunctionError(
        `Cross component call depth limit exceeded. Limit: ${String(MAX_CALL_DEPTH)}`,
      );
    }
  }

  get tx(): Transaction {
    return this.execution.tx;
  }

  get closed(): boolean {
    return this.#closed || this.execution.ended;
  }

  addStream(stream: QueryStream): number {
    const id = this.#nextStream++;
    this.streams.set(id, stream);
    return id;
  }

  closeStream(id: number): void {
    this.streams.get(id)?.finish();
    this.streams.delete(id);
  }

  /** Resolves when no child call is running: a frame's own work waits for the calls it made before. */
  async turn(): Promise<void> {
    while (this.#children !== null) await this.#children;
  }

  /** Runs a child call after those that were made before it. */
  child<T>(run: () => Promise<T>): Promise<T> {
    const running = this.#children === null ? run() : this.#children.then(run);
    const ended = running.then(
      () => undefined,
      () => undefined,
    );
    const settled = ended.then(() => {
      if (this.#children === settled) this.#children = null;
    });
    this.#children = settled;
    return running;
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.streams.keys()]) this.closeStream(id);
  }
}

/** The frame whose code is running now. */
export const currentFrame = new AsyncLocalStorage<Frame>();

/** @throws FunctionError outside a running function, as when a promise outlives its function. */
export function requireFrame(): Frame {
  const frame = currentFrame.getStore();
  if (frame === undefined || frame.closed) throw endedAlready();
  return frame;
}

/** Refuses what a function asks for when it has ended. */
export function endedAlready(): FunctionError {
  return new FunctionError(
    "Convex functions can't use the database, the scheduler or other functions after they have returned. Did you forget to await a promise?",
  );
}
