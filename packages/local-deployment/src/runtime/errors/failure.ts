import {
  FUNCTION_TIMEOUT_MS,
  MAX_HEAP_BYTES,
  MAX_ERROR_MESSAGE_LENGTH,
} from "../../limits/functions.ts";
import { durationText, MIB } from "../../limits/units.ts";
import { FunctionError } from "../../lib/errors.ts";
import { framesOfError } from "./thrown.ts";
import type { StackFrame } from "./frames.ts";
import { v8Message } from "./v8_messages.ts";

/** How a function failed, with production's text (`JsError` in crates/common/src/errors.rs). */
export interface Failure {
  /** The whole message, such as "Uncaught Error: no such luck". */
  readonly message: string;
  /** Its stack, one line with a newline for each call; undefined without a stack. */
  readonly stack?: string;
  /** The data of a ConvexError, as JSON text. */
  readonly data?: string;
}

/** Production's text for a query or mutation that takes too long. */
export const TIMED_OUT: Failure = {
  message: `Function execution timed out (maximum duration: ${durationText(FUNCTION_TIMEOUT_MS)})`,
};

/** Production's text for a function that needs more memory than it may have. */
export const OUT_OF_MEMORY: Failure = {
  message: `JavaScript execution ran out of memory (maximum memory usage: ${String(MAX_HEAP_BYTES / MIB)} MB)`,
};

/** Production's text for an action whose machine, thread or process has ended with it. */
export const INTERRUPTED: Failure = { message: "Transient error while executing action" };

const CONVEX_ERROR = Symbol.for("ConvexError");

/** The whole text of a failure: each line of it ends with a newline. */
export function failureText({ message, stack = "" }: Failure): string {
  return `${message}\n${stack}`;
}

/** An error on its way through the calls above: what user code sees as `error.message` and `error.data`. */
export class FailureError extends Error {
  override readonly name = "FailureError";
  /** Parsed JSON: `performAsyncSyscall` of the `convex` package makes a ConvexError of it. */
  readonly data?: unknown;

  constructor(
    readonly failure: Failure,
    message = failureText(failure),
  ) {
    super(message);
    if (failure.data !== undefined) this.data = JSON.parse(failure.data);
  }
}

/**
 * Turns what was thrown into production's text.
 * @param stackOf the text of its calls; "" for what is the deployment's own
 */
export function failureOf(
  thrown: unknown,
  stackOf: (frames: readonly StackFrame[]) => string = () => "",
): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  if (thrown instanceof FunctionError) return { message: thrown.message };
  if (!isError(thrown)) return { message: `Uncaught ${shown(thrown)}` };
  const name = textOf(thrown, "name", "Error");
  const message = v8Message(textOf(thrown, "message", ""));
  const title = [name, message].filter((part) => part !== "").join(": ");
  const failure: Failure = {
    message: (title === "" ? "Uncaught" : `Uncaught ${title}`).slice(0, MAX_ERROR_MESSAGE_LENGTH),
    stack: stackOf(framesOfError(thrown)),
  };
  // `invokeFunction` of the `convex` package has made the data JSON text.
  const data: unknown = CONVEX_ERROR in thrown ? Reflect.get(thrown, "data") : undefined;
  return typeof data === "string" ? { ...failure, data } : failure;
}

/** Whether a value is an error, of any context. */
function isError(thrown: unknown): thrown is object {
  if (typeof thrown !== "object" || thrown === null) return false;
  if (thrown instanceof Error) return true;
  for (let at: unknown = thrown; at !== null; at = Object.getPrototypeOf(at)) {
    const constructor: unknown = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof constructor === "function" && constructor.name === "Error") return true;
  }
  return false;
}

function textOf(thrown: object, property: string, missing: string): string {
  try {
    const value: unknown = Reflect.get(thrown, property);
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- whatever it says of itself
    return value === undefined ? missing : String(value);
  } catch {
    return missing;
  }
}

/** As V8 shows what is no error, without running any of it (`Object::NoSideEffectsToString`). */
function shown(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  if (Array.isArray(thrown)) return "[object Array]";
  const constructor: unknown = Reflect.get(thrown, "constructor");
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" ? "[object Object]" : `#<${name}>`;
}

/** A failure's text with what was logged before it, between the message and the stack, as in production. */
export function withLogs({ message, stack = "" }: Failure, logs: readonly string[]): string {
  return logs.length === 0
    ? failureText({ message, stack })
    : `${message}\n\n${logs.join("\n")}\n${stack}`;
}
