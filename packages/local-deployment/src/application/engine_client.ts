import { DeploymentError } from "../lib/errors.ts";
import type {
  EngineApi,
  EngineCaller,
  EngineMessage,
  EngineOperation,
  EngineRequest,
} from "../engine/protocol.ts";
import type { EngineSettings, EngineStart } from "../engine/worker.ts";
import { MemoryWatchdog } from "../lib/memory_watchdog.ts";
import { type Failure, TIMED_OUT, OUT_OF_MEMORY } from "../runtime/errors/failure.ts";
import { withDeadline } from "../lib/timers.ts";
import { EngineWatchdog, WATCH_MS } from "./engine_watchdog.ts";

/** How long the engine may take to finish its current request when the deployment closes, in milliseconds. */
const CLOSE_MS = 3_000;
/** Live query tokens of one engine start at a multiple of this. */
const TOKENS_PER_ENGINE = 2 ** 40;

/** The engine's thread was ended because of the function that ran in it. */
export class EngineEndedError extends Error {
  override readonly name = "EngineEndedError";

  /** @param failure - How the function has failed. */
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

interface Pending {
  readonly request: EngineRequest;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Events that the engine reports. */
export interface EngineEvents {
  /** These live results are stale. */
  invalidated(tokens: readonly number[]): void;
  /** When the next job or cron is due. */
  scheduled(nextDue: number | null): void;
  /** The engine was restarted: every token is invalid. */
  restarted(): void;
}

/** Calls the engine's thread, and ends and replaces it when a function there never returns. */
export class EngineClient implements EngineCaller {
  #worker: Worker | null = null;
  /** Whether the worker takes requests: those that come before are sent once it does. */
  #isReady = false;
  #nextId = 1;
  #generation = 0;
  readonly #watchdog: EngineWatchdog;
  #memory: MemoryWatchdog;
  #progress = new Int32Array(new SharedArrayBuffer(8));
  #closed = false;
  readonly #pending = new Map<number, Pending>();
  readonly #watch: ReturnType<typeof setInterval>;

  private constructor(
    private readonly settings: EngineSettings,
    wallTimeoutMs: number | undefined,
    private readonly events: EngineEvents,
  ) {
    this.#watchdog = new EngineWatchdog(wallTimeoutMs);
    this.#memory = this.#newMemoryWatchdog();
    this.#watch = setInterval(() => {
      this.#checkEngine();
    }, WATCH_MS);
  }

  /**
   * Starts the engine on a data folder.
   * @param wallTimeoutMs - How long one query or mutation may take in wall-clock time.
   * @throws DeploymentError when the folder can't be read.
   */
  static async start(
    settings: EngineSettings,
    wallTimeoutMs: number | undefined,
    events: EngineEvents,
  ): Promise<EngineClient> {
    const client = new EngineClient(settings, wallTimeoutMs, events);
    try {
      await client.#launch();
    } catch (error) {
      clearInterval(client.#watch);
      throw error;
    }
    return client;
  }

  /** Runs one operation, after all earlier ones. */
  call<Op extends EngineOperation>(
    op: Op,
    ...args: Parameters<EngineApi[Op]>
  ): Promise<ReturnType<EngineApi[Op]>> {
    if (this.#closed) return Promise.reject(new Error("The deployment is shutting down"));
    const request: EngineRequest = { id: this.#nextId++, op, arg: args[0] };
    return new Promise((resolve, reject) => {
      this.#pending.set(request.id, {
        request,
        // The engine answers each operation with its own result type.
        resolve: resolve,
        reject,
      });
      if (this.#isReady) this.#worker?.postMessage(request);
    });
  }

  /**
   * Ends the thread, after its current request if that ends soon. An interrupted transaction is rolled
   * back, and committed data does not depend on the close.
   */
  async close(): Promise<void> {
    await withDeadline(
      CLOSE_MS,
      this.call("close").catch(() => undefined),
    );
    clearInterval(this.#watch);
    this.#closed = true;
    this.#worker?.terminate();
    this.#failAll(new Error("The deployment is shutting down"));
  }

  #launch(): Promise<void> {
    this.#progress = new Int32Array(new SharedArrayBuffer(8));
    const worker = new Worker(new URL("../engine/worker.ts", import.meta.url).href);
    this.#worker = worker;
    const start: EngineStart = {
      ...this.settings,
      progress: this.#progress.buffer,
      firstToken: 1 + this.#generation++ * TOKENS_PER_ENGINE,
    };
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<EngineMessage>) => {
        if (data.kind === "ready") resolve();
        if (data.kind === "fatal") reject(new DeploymentError(data.code, data.message));
        if (this.#worker === worker) this.#receive(data);
      };
      worker.onerror = (event) => {
        reject(new DeploymentError("DATA_CORRUPT", event.message));
        if (this.#worker === worker && !this.#closed) this.#replace(new Error(event.message));
      };
      worker.postMessage({ start });
    });
  }

  #receive(message: EngineMessage): void {
    switch (message.kind) {
      case "ready":
        this.#isReady = true;
        this.#watchdog.thread = message.thread;
        this.events.scheduled(message.nextDue);
        break;
      case "reply":
        this.#take(message.id)?.resolve(message.value);
        break;
      case "error":
        this.#take(message.id)?.reject(new Error(message.message));
        break;
      case "invalidated":
        this.events.invalidated(message.tokens);
        break;
      case "scheduled":
        this.events.scheduled(message.nextDue);
        break;
      case "fatal":
        this.#isReady = true; // it answers each request with an error
        this.#failAll(new Error(message.message));
        break;
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  /** Ends the engine when a function has run for too long, or exceeds the memory limit. */
  #checkEngine(): void {
    const id = Atomics.load(this.#progress, 0);
    const count = Atomics.load(this.#progress, 1);
    const op = this.#pending.get(id)?.request.op;
    const timedOut = this.#watchdog.check({ id, count, op });
    if (!this.#watchdog.running) this.#memory = this.#newMemoryWatchdog();
    if (timedOut) this.#replace(new EngineEndedError(TIMED_OUT));
    else if (this.#memory.isOverLimit(process.memoryUsage.rss())) {
      this.#replace(new EngineEndedError(OUT_OF_MEMORY));
    }
  }

  /**
   * Starts another engine. The running request fails; the queued ones, which had not begun, are sent
   * again, with those that come before the engine is ready.
   */
  #replace(reason: Error): void {
    const running = Atomics.load(this.#progress, 0);
    const stuck = this.#worker;
    this.#worker = null;
    this.#isReady = false;
    stuck?.terminate();
    this.#watchdog.reset();
    this.#memory = this.#newMemoryWatchdog();
    this.#take(running)?.reject(reason);
    this.#launch().then(
      () => {
        if (!this.#isReady) return; // it was replaced, too
        for (const { request } of this.#pending.values()) this.#worker?.postMessage(request);
        this.events.restarted();
      },
      (error: unknown) => {
        this.#failAll(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }

  #newMemoryWatchdog(): MemoryWatchdog {
    return new MemoryWatchdog(() => this.#watchdog.thread);
  }

  #failAll(error: Error): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }
}
