import { LOG_POLL_MS } from "../limits/requests.ts";
import type { Completion } from "../engine/protocol.ts";
import type { LogLine } from "../runtime/console.ts";
import { failureText } from "../runtime/errors/failure.ts";
import { printableText } from "../values/encoding/printable_text.ts";
import { usageStats, type UsageStats } from "./usage_stats.ts";

/** One function execution, as `convex logs` reads it. */
export interface LogEntry {
  readonly kind: "Completion";
  readonly udfType: Completion["udfType"];
  readonly identifier: string;
  readonly componentPath: string | null;
  readonly logLines: readonly LogLine[];
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Whether the result came from the cache, so that nothing was run. */
  readonly cachedResult: boolean;
  /** Seconds. */
  readonly executionTime: number;
  readonly success: { status: string } | null;
  readonly error: string | null;
  /** Shared by all executions of one request: an action, and the functions that it called. */
  readonly requestId: string;
  readonly usageStats: UsageStats;
}

/** How many executions are kept for readers that connect late or read slowly. */
const KEPT = 4_000;
/** Their total size, in characters. */
const KEPT_LENGTH = 64 * 1024 * 1024;
/** Longer names and errors are cut, in characters, as callers can choose them. */
const MAX_IDENTIFIER_LENGTH = 200;
const MAX_ERROR_LENGTH = 32_768;

function printable(line: LogLine): LogLine {
  return { ...line, messages: line.messages.map((message) => printableText(message, "\n\t")) };
}

/** The recent executions, and the readers that wait for more. */
export class LogStream {
  // Cursors grow across restarts, so that a reader can continue after one.
  #cursor = Date.now();
  readonly #entries: { readonly cursor: number; readonly entry: LogEntry; length: number }[] = [];
  #length = 0;
  readonly #waiting = new Set<() => void>();

  /**
   * Adds an execution; those of the deployment's own functions are left out. Production lists
   * calls of missing functions, too. The log is printed to terminals and contains text that callers
   * choose, so control characters are escaped.
   */
  record(completion: Completion): void {
    const { udfType, called, requestId, logs, failure, status, executionTime, usage } = completion;
    if (called.path.startsWith("_system/")) return;
    this.#add({
      kind: "Completion",
      udfType,
      identifier: printableText(called.path.slice(0, MAX_IDENTIFIER_LENGTH)),
      componentPath: called.componentPath === "" ? null : printableText(called.componentPath),
      logLines: logs.map(printable),
      timestamp: Date.now() / 1000,
      cachedResult: usage === null,
      executionTime,
      success: failure === null ? { status: String(status ?? "success") } : null,
      error:
        failure === null
          ? null
          : printableText(failureText(failure).slice(0, MAX_ERROR_LENGTH), "\n\t"),
      requestId,
      usageStats: usageStats(usage),
    });
  }

  /**
   * The executions after a cursor. Waits when there are none, except for a first call (cursor 0),
   * which only asks for the current cursor.
   */
  async read(
    cursor: number,
    signal: AbortSignal,
  ): Promise<{ entries: LogEntry[]; newCursor: number }> {
    if (cursor > 0 && cursor >= this.#cursor) await this.#wait(signal);
    const entries = this.#entries.filter((e) => e.cursor > cursor).map((e) => e.entry);
    return { entries, newCursor: Math.max(cursor, this.#cursor) };
  }

  /** Ends the waits of all readers. */
  close(): void {
    for (const wake of this.#waiting) wake();
  }

  #add(entry: LogEntry): void {
    this.#cursor = Math.max(this.#cursor + 1, Date.now());
    const length = JSON.stringify(entry).length;
    this.#entries.push({ cursor: this.#cursor, entry, length });
    this.#length += length;
    while (this.#entries.length > KEPT || this.#length > KEPT_LENGTH) {
      this.#length -= this.#entries.shift()?.length ?? 0;
    }
    for (const wake of this.#waiting) wake();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, LOG_POLL_MS);
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }
}
