/** The engine's thread: opens the store, then answers requests one at a time, in order. */
import { DeploymentError, messageOf } from "../lib/errors.ts";
import { watchRejections } from "../runtime/errors/rejections.ts";
import { currentThread } from "../lib/thread_stats.ts";
import { openStore } from "../tx/store.ts";
import { actionHandlers } from "./handlers/actions.ts";
import { codeHandlers } from "./handlers/code.ts";
import { EngineContext, nextDue, type EngineHandlers } from "./handlers/context.ts";
import { functionHandlers } from "./handlers/functions.ts";
import { scheduleHandlers } from "./handlers/schedule.ts";
import type { EngineMessage, EngineRequest } from "./protocol.ts";
import { EngineState, type DeploymentUrls } from "./state.ts";

/** The settings with which each engine is started. */
export interface EngineSettings {
  readonly dataDir: string;
  readonly urls: DeploymentUrls;
  /** Whether contexts are kept from one call to the next. */
  readonly keepContexts: boolean;
}

/** The start message of the thread. */
export interface EngineStart extends EngineSettings {
  /** Two 32-bit words: the request being run (0 for none), and how many have been begun. */
  readonly progress: SharedArrayBuffer;
  /** Tokens of live queries are counted from here: no two engines hand out the same. */
  readonly firstToken: number;
}

declare const self: Worker;

const emit = (message: EngineMessage) => {
  self.postMessage(message);
};

let handlers: EngineHandlers | null = null;
/** Prepares something for later requests. @returns whether there is more to prepare */
let prepare: () => boolean = () => false;
/** How many requests were received, and how many of them are done. */
let taken = 0;
let done = 0;
let progress: Int32Array | null = null;
let queue: Promise<void> = Promise.resolve();

function start({ dataDir, progress: shared, firstToken, ...settings }: EngineStart): void {
  try {
    const words = new Int32Array(shared);
    progress = words;
    const store = openStore(dataDir);
    const state = new EngineState(store, {
      ...settings,
      progressed: () => Atomics.add(words, 1, 1),
    });
    prepare = () => state.runtime.prepare();
    prepareWhenIdle();
    handlers = handlersOn(state, firstToken);
    emit({
      kind: "ready",
      thread: currentThread(),
      nextDue: nextDue(state),
      ts: String(store.clock.latest),
    });
  } catch (error) {
    const code = error instanceof DeploymentError ? error.code : "DATA_CORRUPT";
    emit({ kind: "fatal", code, message: messageOf(error) });
  }
}

/** The engine's operations on its state. */
function handlersOn(state: EngineState, firstToken: number): EngineHandlers {
  const context = new EngineContext(state, emit, firstToken);
  return {
    ...functionHandlers(context),
    ...actionHandlers(context),
    ...scheduleHandlers(context),
    ...codeHandlers(context),
    close: () => {
      state.store.close();
      return null;
    },
  };
}

async function answer({ id, op, arg }: EngineRequest): Promise<void> {
  if (progress !== null) Atomics.store(progress, 0, id);
  try {
    // The request was made by the server's typed client, for this very operation.
    const handler = handlers?.[op] as ((arg: unknown) => unknown) | undefined;
    if (handler === undefined) throw new Error(`no engine operation ${op}`);
    emit({ kind: "reply", id, value: await handler(arg) });
  } catch (error) {
    const code = error instanceof DeploymentError ? error.code : null;
    emit({ kind: "error", id, message: messageOf(error), code });
  } finally {
    if (progress !== null) Atomics.store(progress, 0, 0);
    done++;
    prepareWhenIdle();
  }
}

/** Prepares between two requests, while none is waiting. */
function prepareWhenIdle(): void {
  setImmediate(() => {
    if (taken === done && prepare()) prepareWhenIdle();
  });
}

// A failure that can't be traced to a function must not end the engine.
watchRejections(() => undefined);
process.on("uncaughtException", () => undefined);

self.onmessage = ({ data }: MessageEvent<{ start: EngineStart } | EngineRequest>) => {
  if ("start" in data) start(data.start);
  else {
    taken++;
    queue = queue.then(() => answer(data));
  }
};
