import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import type { LogLevel } from "../../runtime/console.ts";

/** Whoever's code runs: an action, or modules that are imported to be analysed. */
export interface Logger {
  log(level: LogLevel, args: readonly unknown[]): void;
}

/** Each logger's own `console`. */
const consoles = new WeakMap<Logger, object>();
/** For what runs for nobody. */
const silent = consoleWriting(() => undefined);

/** Puts the console of whoever's code runs in place of Node's. */
export function installConsole(current: () => Logger | undefined): void {
  Object.defineProperty(globalThis, "console", {
    get: () => {
      const logger = current();
      return logger === undefined ? silent : consoleOf(logger);
    },
  });
}

function consoleOf(logger: Logger): object {
  const known = consoles.get(logger);
  if (known !== undefined) return known;
  const made = consoleWriting((level, args) => {
    logger.log(level, args);
  });
  consoles.set(logger, made);
  return made;
}

/**
 * Node's own, whose output goes to the function's log: `trace`, `assert`, `count` and `table` come by way of these, and
 * what writes past them is lost, as in production (`setupConsole` in node-executor).
 */
function consoleWriting(write: (level: LogLevel, args: readonly unknown[]) => void): object {
  const nowhere = () =>
    new Writable({
      write: (_chunk, _encoding, done) => {
        done();
      },
    });
  const at =
    (level: LogLevel) =>
    (...args: unknown[]) => {
      write(level, args);
    };
  const timers = new Map<string, number>();
  const elapsed = (label: unknown, over: boolean, ...args: unknown[]) => {
    const name = nameOf(label);
    const since = timers.get(name);
    if (since === undefined) write("WARN", [`Timer '${name}' does not exist`]);
    else write("INFO", [`${name}: ${Date.now() - since}ms`, ...args]);
    if (over) timers.delete(name);
  };
  return Object.assign(new Console({ stdout: nowhere(), stderr: nowhere() }), {
    debug: at("DEBUG"),
    error: at("ERROR"),
    info: at("INFO"),
    log: at("LOG"),
    warn: at("WARN"),
    time: (label?: unknown) => {
      const name = nameOf(label);
      if (timers.has(name)) write("WARN", [`Timer '${name}' already exists`]);
      else timers.set(name, Date.now());
    },
    timeLog: (label?: unknown, ...args: unknown[]) => {
      elapsed(label, false, ...args);
    },
    timeEnd: (label?: unknown) => {
      elapsed(label, true);
    },
  });
}

/** Whatever it is called by, as production's reads it. */
function nameOf(label: unknown): string {
  if (label === undefined) return "default";
  return typeof label === "string" ? label : inspect(label);
}
