import type { Egress } from "../egress.ts";
import type { FromRunner, ToRunner } from "../protocol.ts";
import type { Runner, RunnerListener } from "./runner.ts";

/** What each thread is told when it starts. */
export interface IsolateSettings {
  readonly egress: Egress;
  readonly keepContexts: boolean;
}

/** A thread in which isolate actions run. */
export class IsolateRunner implements Runner {
  listener: RunnerListener | null = null;
  /** The version of each component's modules that it has. */
  readonly loaded = new Map<string, number>();
  readonly #worker: Worker;
  /** The thread's id, as the system counts them, once it is known. */
  thread: number | null = null;

  /** @param gone is called when the thread ends by itself. */
  constructor(settings: IsolateSettings, gone: (runner: IsolateRunner) => void) {
    this.#worker = new Worker(new URL("../isolate/worker.ts", import.meta.url).href);
    this.#worker.onmessage = ({ data }: MessageEvent<FromRunner>) => {
      if (data.kind === "ready") this.thread = data.thread;
      else this.listener?.onMessage(data);
    };
    const over = () => {
      const { listener } = this;
      this.end();
      gone(this);
      listener?.onExit();
    };
    this.#worker.onerror = over;
    this.#worker.addEventListener("close", over);
    this.send({ kind: "start", ...settings });
  }

  send(message: ToRunner): void {
    this.#worker.postMessage(message);
  }

  end(): void {
    this.listener = null;
    this.#worker.terminate();
  }
}
