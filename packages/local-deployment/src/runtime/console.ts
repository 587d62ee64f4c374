import { MAX_LOG_LINES, ISOLATE_LOG_LIMITS, type LogLimits } from "../limits/functions.ts";
import type { Inspect } from "./inspect.ts";

/** How a line was logged: `console.log` is LOG. */
export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR" | "LOG";

/** One line that a function logged, as `convex logs` shows it. */
export interface LogLine {
  /** The arguments, as they are printed. */
  readonly messages: readonly string[];
  readonly level: LogLevel;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly isTruncated: boolean;
}

/** Collects the log lines of one execution, up to production's limits. */
export class LogSink {
  readonly lines: LogLine[] = [];
  #characters = 0;
  #full = false;

  /** @param added - Takes each line that is kept. */
  constructor(
    private readonly added: (line: LogLine) => void = () => undefined,
    private readonly limits: LogLimits = ISOLATE_LOG_LIMITS,
  ) {}

  /** @param messages - The arguments, as they are printed. */
  write(level: LogLevel, messages: readonly string[], timestamp: number): void {
    if (this.#full) return;
    this.#characters += messages.reduce((sum, message) => sum + message.length + 1, -1);
    const overflow = this.#overflow();
    if (overflow === null) {
      this.#add({ ...cut(messages, this.limits.lineBytes), level, timestamp });
      return;
    }
    this.#full = true;
    const text = `Log overflow (maximum ${overflow}). Remaining log lines omitted.`;
    this.#add({ messages: [text], isTruncated: false, level: "ERROR", timestamp });
  }

  #overflow(): string | null {
    if (this.#characters > this.limits.characters) return "1M characters";
    return this.lines.length >= this.limits.lines ? String(MAX_LOG_LINES) : null;
  }

  /** Adds a warning of the deployment's own, to which no limit applies. */
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

/** The messages as far as they fit into one line, with a space between two. */
function cut(
  messages: readonly string[],
  limit: number,
): Pick<LogLine, "messages" | "isTruncated"> {
  const kept: string[] = [];
  let left = limit;
  for (const message of messages) {
    const bytes = Buffer.from(message);
    if (bytes.length > left) {
      kept.push(bytes.subarray(0, characterBoundary(bytes, left)).toString());
      return { messages: kept, isTruncated: true };
    }
    kept.push(message);
    left -= bytes.length + 1;
  }
  return { messages, isTruncated: false };
}

/** Where the character that the position is in begins: bytes after its first begin with the bits 10. */
function characterBoundary(bytes: Buffer, position: number): number {
  let at = Math.max(position, 0);
  while (at > 0 && ((bytes[at] ?? 0) & 0b1100_0000) === 0b1000_0000) at--;
  return at;
}

/** As clients get it in `logLines`: `[LOG] 'hello'`. */
export function formatLogLine({ level, messages, isTruncated }: LogLine): string {
  const text = `[${level}] ${messages.join(" ")}`;
  return isTruncated ? `${text} (truncated due to length)` : text;
}

/** Takes a line, its arguments as they are printed. */
export type Write = (level: LogLevel, messages: readonly string[]) => void;

/** The functions that the console needs from its realm. */
export interface ConsoleRealm {
  readonly inspect: Inspect;
  /** What `new Error().stack` is there, from where it is called: frames alone, each after a line break. */
  readonly stack: () => string;
}

/**
 * The `console` of functions in isolates: all that production's has (npm-packages/udf-runtime/src/02_console.ts and
 * crates/isolate/src/ops/console.rs in get-convex/convex-backend). Others, such as `console.table`, are no functions.
 *
 * @param write - Takes each line.
 * @param realm - Where the functions run.
 */
export function createConsole(
  write: Write,
  { inspect, stack }: ConsoleRealm,
): Record<string, unknown> {
  const at =
    (level: LogLevel) =>
    (...args: unknown[]) => {
      write(level, args.map(inspect));
    };
  const timers = new Map<string, number>();
  const tellTime = (name: string, messages: readonly string[]) => {
    const since = timers.get(name);
    if (since === undefined) write("WARN", [`Timer '${name}' does not exist`]);
    else write("INFO", [`${name}: ${String(Date.now() - since)}ms`, ...messages]);
  };
  const methods = {
    debug: at("DEBUG"),
    error: at("ERROR"),
    info: at("INFO"),
    log: at("LOG"),
    warn: at("WARN"),
    trace: (...args: unknown[]) => {
      write("LOG", [...args.map(inspect), `${stack()}\n`]);
    },
    time: (label: unknown) => {
      const name = labelText(label);
      if (timers.has(name)) write("WARN", [`Timer '${name}' already exists`]);
      else timers.set(name, Date.now());
    },
    timeLog: (label: unknown, ...args: unknown[]) => {
      tellTime(labelText(label), args.map(inspect));
    },
    timeEnd: (label: unknown) => {
      const name = labelText(label);
      tellTime(name, []);
      timers.delete(name);
    },
  };
  // As of a namespace object: an empty object of this console's own.
  Object.setPrototypeOf(methods, {});
  return Object.defineProperty(methods, Symbol.toStringTag, {
    value: "console",
    configurable: true,
  });
}

/** A timer's label, as production reads it. */
export function labelText(label: unknown): string {
  if (label === undefined) return "default";
  // Any value; production calls its `toString`, too.
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- "[object Object]" is what production says of others
  return label === null ? "null" : label.toString();
}
