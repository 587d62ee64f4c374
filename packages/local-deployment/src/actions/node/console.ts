import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { labelText, type LogLevel } from "../../runtime/console.ts";

/** The log of the running code: an action's, or that of modules that are analysed. */
export interface Logger {
  log(level: LogLevel, messages: readonly string[]): void;
}

/** How production prints values in Node: by Node's own formatting, with longer strings. */
const OPTIONS = { maxStringLength: 32_768, customInspect: true };

/** Each logger's own `console`. */
const consoles = new WeakMap<Logger, object>();
/** For code that runs outside of any action. */
const silent = consoleWriting(() => undefined);

/** Puts the console of the code that runs in place of Node's. */
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
    logger.log(
      level,
      args.map((arg) => inspect(arg, OPTIONS)),
    );
  });
  consoles.set(logger, made);
  return made;
}

/**
 * Node's own, of which what these methods are given goes to the function's log. `trace`, `assert`, `count` and `table`
 * come by way of them; what writes past them, as `dir` does, is lost (`setupConsole` in node-executor).
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
    const name = labelText(label);
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
      const name = labelText(label);
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
