import { LogSink, type LogLevel } from "../../runtime/console.ts";
import { failureOf, type Failure } from "../../runtime/errors/failure.ts";
import type { Isolate } from "../../runtime/isolate.ts";
import { seededRandom } from "../../runtime/random.ts";
import type { QueryStream } from "../../tx/query_stream.ts";
import type { Transaction, View } from "../../tx/transaction.ts";
import type { Component } from "../code/components.ts";
import type { CalledFunction, FunctionPath } from "./paths.ts";
import type { RequestContext } from "./request.ts";
import { SyscallQueue } from "../syscalls/queue.ts";

/** One top-level query or mutation with all it calls: one transaction, one set of logs. */
export class Execution {
  readonly logs = new LogSink();
  readonly random: () => number;
  /** Whether the result depends on the caller's identity. */
  identityRead = false;
  identityHidden = false;
  /** Where the one paginated query of this execution ended: the next run's end cursor. */
  journal: string | null = null;
  /** The outermost function, once it is found. */
  called: CalledFunction | null = null;
  /** Set when the outermost function has ended, with or without a failure. */
  ended = false;
  /** Of the outermost function, in bytes: null before it has begun, and a result before it has returned one. */
  sizes: { readonly args: number; readonly result: number | null } | null = null;
  /** How long system calls and the evaluation of modules have taken, in milliseconds. */
  waitedMs = 0;
  readonly #began = performance.now();

  constructor(
    readonly tx: Transaction,
    readonly request: RequestContext,
    /** The end cursor of the run before this one, when a live query is run again. */
    readonly previousJournal: string | null,
    seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  /** How long it has run, without what system calls have taken, in milliseconds. */
  get elapsedMs(): number {
    return performance.now() - this.#began - this.waitedMs;
  }

  log(level: LogLevel, messages: readonly string[]): void {
    this.logs.write(level, messages, Date.now());
  }
}

/** One function call inside an execution. */
export class Frame {
  /** The depth of nested calls. */
  readonly depth: number;
  readonly streams = new Map<number, QueryStream>();
  /** Its system calls that were not answered yet. */
  readonly syscalls: SyscallQueue;
  /** The isolate in which its code runs, once it is known. */
  isolate: Isolate | null = null;
  /** How many calls outside of JavaScript it has made that were not answered yet. */
  outside = 0;
  /** Whether it has read a page; it may read one. */
  paginated = false;
  #nextStream = 0;
  /** Set when the function has ended: code that it left running must not reach the database. */
  #closed = false;
  #failure: Failure | null = null;

  constructor(
    readonly execution: Execution,
    readonly component: Component,
    readonly path: FunctionPath,
    readonly type: "query" | "mutation",
    readonly view: View,
    readonly parent: Frame | null,
    answer: (frame: Frame, op: string, args: string) => string | Promise<string>,
  ) {
    this.depth = parent === null ? 0 : parent.depth + 1;
    this.syscalls = new SyscallQueue((op, args) => answer(this, op, args));
  }

  get tx(): Transaction {
    return this.execution.tx;
  }

  get closed(): boolean {
    return this.#closed || this.execution.ended;
  }

  /** Its failure, regardless of how its promise settles. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Makes it fail with `error`; its code cannot prevent that. The first failure is the one reported. */
  fail(error: unknown): void {
    this.#failure ??= this.isolate?.failureOf(error) ?? failureOf(error);
  }

  /** Runs code of the function. */
  run<T>(work: () => T): T {
    return this.isolate === null ? work() : this.isolate.run(work);
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

  close(): void {
    this.#closed = true;
    for (const id of [...this.streams.keys()]) this.closeStream(id);
  }
}
