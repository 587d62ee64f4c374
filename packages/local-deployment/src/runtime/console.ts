import { inspect } from "node:util";
import { MAX_LOG_LINES } from "../limits.ts";

/** How a line was logged: `console.log` is LOG. */
export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR" | "LOG";

/** One line that a function logged, as `convex logs` shows it. */
export interface LogLine {
  readonly messages: readonly string[];
  readonly level: LogLevel;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly isTruncated: boolean;
}

/** Longer messages are cut, in characters (production's limit is on the line, 32 KiB). */
const MAX_MESSAGE_LENGTH = 32_768;

/** Collects the log lines of one execution, up to production's limit. */
export class LogSink {
  readonly lines: LogLine[] = [];

  /** @param added is told of each line that is kept. */
  constructor(private readonly added: (line: LogLine) => void = () => undefined) {}

  write(level: LogLevel, args: readonly unknown[], timestamp: number): void {
    if (this.lines.length > MAX_LOG_LINES) return;
    if (this.lines.length === MAX_LOG_LINES) {
      const text = `Log overflow (maximum ${String(MAX_LOG_LINES)}). Remaining log lines omitted.`;
      this.#add({ messages: [text], level: "ERROR", timestamp, isTruncated: false });
      return;
    }
    const whole = args.map((arg) => inspect(arg));
    const messages = whole.map((message) => message.slice(0, MAX_MESSAGE_LENGTH));
    const isTruncated = whole.some((message) => message.length > MAX_MESSAGE_LENGTH);
    this.#add({ messages, level, timestamp, isTruncated });
  }

  /** Adds a warning of the deployment's own, which no limit keeps away. */
  warn(text: string, timestamp: number): void {
    this.#add(warningLine(text, timestamp));
  }

  #add(line: LogLine): void {
    this.lines.push(line);
    this.added(line);
  }
}

/** A warning of the deployment's own, which is never cut. */
export function warningLine(text: string, timestamp: number): LogLine {
  return { messages: [text], level: "WARN", timestamp, isTruncated: false };
}

/** As clients get it in `logLines`: `[LOG] 'hello'`. */
export function formatLogLine(line: LogLine): string {
  return `[${line.level}] ${line.messages.join(" ")}`;
}

type Write = (level: LogLevel, args: readonly unknown[]) => void;

/** The `console` of functions. */
export function createConsole(write: Write): Record<string, unknown> {
  const at =
    (level: LogLevel) =>
    (...args: unknown[]) => {
      write(level, args);
    };
  const timers = new Map<string, number>();
  const counts = new Map<string, number>();
  const nothing = () => undefined;
  return {
    debug: at("DEBUG"),
    log: at("LOG"),
    info: at("INFO"),
    warn: at("WARN"),
    error: at("ERROR"),
    trace: (...args: unknown[]) => {
      write("LOG", ["Trace:", ...args]);
    },
    assert: (condition: unknown, ...args: unknown[]) => {
      if (!condition) write("ERROR", ["Assertion failed", ...args]);
    },
    dir: at("LOG"),
    table: at("LOG"),
    group: at("LOG"),
    groupCollapsed: at("LOG"),
    groupEnd: nothing,
    clear: nothing,
    count: (label = "default") => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      write("LOG", [`${label}: ${String(counts.get(label))}`]);
    },
    time: (label = "default") => timers.set(label, performance.now()),
    timeLog: (label = "default", ...args: unknown[]) => {
      write("LOG", [`${label}: ${elapsed(timers, label)}`, ...args]);
    },
    timeEnd: (label = "default") => {
      write("LOG", [`${label}: ${elapsed(timers, label)}`]);
      timers.delete(label);
    },
  };
}

function elapsed(timers: Map<string, number>, label: string): string {
  return `${(performance.now() - (timers.get(label) ?? performance.now())).toFixed(0)}ms`;
}
