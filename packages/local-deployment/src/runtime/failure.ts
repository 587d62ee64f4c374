import { FunctionError } from "../errors.ts";
import { mapStack } from "./stack.ts";

/** How a function failed: production's text (without "Server Error"), and a ConvexError's data. */
export interface Failure {
  readonly message: string;
  /** The data of a ConvexError, as JSON text. */
  readonly data?: string;
}

const CONVEX_ERROR = Symbol.for("ConvexError");

/** An error on its way through the calls above: what user code sees as `error.message` and `error.data`. */
export class FailureError extends Error {
  override readonly name = "FailureError";
  /** Parsed JSON: `performAsyncSyscall` of the `convex` package makes a ConvexError of it. */
  readonly data?: unknown;

  constructor(readonly failure: Failure) {
    super(failure.message);
    if (failure.data !== undefined) this.data = JSON.parse(failure.data);
  }
}

/** Turns what user code threw into production's text. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  if (thrown instanceof FunctionError) return { message: thrown.message };
  if (typeof thrown !== "object" || thrown === null)
    return { message: `Uncaught ${String(thrown)}` };
  const [name, message, stack, data] = ["name", "message", "stack", "data"].map(
    (property): unknown => Reflect.get(thrown, property),
  );
  const title = `Uncaught ${typeof name === "string" ? name : "Error"}: ${typeof message === "string" ? message : ""}`;
  const text = title + mapStack(typeof stack === "string" ? stack : "");
  // `invokeFunction` of the `convex` package has made the data JSON text.
  return CONVEX_ERROR in thrown && typeof data === "string"
    ? { message: text, data }
    : { message: text };
}

/** A failure's text with what was logged before it, between the message and the stack, as production tells it. */
export function withLogs(text: string, logs: readonly string[]): string {
  if (logs.length === 0) return text;
  const frames = text.search(/\n {4}at /);
  const [message, stack] = frames < 0 ? [text, ""] : [text.slice(0, frames), text.slice(frames)];
  return `${message}\n\n${logs.join("\n")}${stack}`;
}
