import { paintFor } from "../../lib/paint.ts";

/** To the beginning of the line, which is emptied. */
const CLEAR_LINE = "\r\u001b[2K";

/** Where a checklist is written. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** What has started so far, a line each. A terminal also shows, in the last line, what is being waited for. */
export class Checklist {
  readonly #screen: Screen;
  readonly #tick: string;
  readonly #ticked = new Set<string>();
  #waitingFor: string | null = null;

  constructor(screen: Screen, env = process.env) {
    this.#screen = screen;
    this.#tick = paintFor(screen, env)("green", "✔");
  }

  /** Shows what is being waited for, until it is ticked or something else is waited for. */
  waitFor(what: string): void {
    this.clear();
    this.#waitingFor = what;
    this.#showWaiting();
  }

  /** Something is ready. Said once: it may have had to start again. */
  tick(what: string): void {
    if (this.#ticked.has(what)) return;
    this.#ticked.add(what);
    const waitingFor = this.#waitingFor;
    this.clear();
    this.#screen.write(`  ${this.#tick} ${what}\n`);
    this.#waitingFor = waitingFor;
    this.#showWaiting();
  }

  /** Waits for nothing any more: something else is going to be written. */
  clear(): void {
    if (this.#waitingFor !== null && this.#screen.isTTY === true) this.#screen.write(CLEAR_LINE);
    this.#waitingFor = null;
  }

  #showWaiting(): void {
    if (this.#waitingFor === null || this.#screen.isTTY !== true) return;
    this.#screen.write(`  … ${this.#waitingFor}`);
  }
}
