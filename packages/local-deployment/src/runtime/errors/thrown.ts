import { callText, type StackFrame } from "./frames.ts";
import { SCHEME } from "../modules/script.ts";

/** The calls of errors whose stack was made, found by the error. */
const framesOf = new WeakMap<object, readonly StackFrame[]>();

/** `at name (convex:///path.js:line:column)`, or without a name. */
const FRAME = /^\s*at (async )?(?:(.+?) \()?convex:\/\/\/([^:)]+):(\d+):(\d+)\)?\s*$/;

/** Keeps the calls of an error that lie in pushed modules. @returns them */
export function keepFrames(
  error: object,
  sites: readonly NodeJS.CallSite[],
): readonly StackFrame[] {
  const frames = sites.flatMap(frameOf);
  framesOf.set(error, frames);
  return frames;
}

/** The calls that led to an error; none for what is no error. */
export function framesOfError(error: object): readonly StackFrame[] {
  // Reading the stack is what makes it.
  const stack: unknown = Reflect.get(error, "stack");
  return framesOf.get(error) ?? (typeof stack === "string" ? framesIn(stack) : []);
}

/**
 * The calls that a stack's text names. JavaScriptCore makes that text itself, without `prepareStackTrace`, when it
 * collects a function in the stack before the stack was read.
 */
export function framesIn(stack: string): readonly StackFrame[] {
  return stack.split("\n").flatMap((line) => {
    const match = FRAME.exec(line);
    if (match === null) return [];
    const [, async = "", named = "", path = "", lineNumber, column] = match;
    const call = async + (named === "<anonymous>" ? "" : named);
    return [{ call, path, line: Number(lineNumber), column: Number(column) }];
  });
}

function frameOf(site: NodeJS.CallSite): StackFrame[] {
  const file = site.getFileName();
  if (file?.startsWith(SCHEME) !== true) return [];
  const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
  return [{ call: callText(site), path: file.slice(SCHEME.length), line, column }];
}

// Errors that are made outside of contexts, as by web APIs, tell of the pushed code that they were made for, too.
Error.prepareStackTrace = (error, sites) => {
  keepFrames(error, sites);
  const lines = sites.map(
    (site) => `    at ${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`,
  );
  return [String(error), ...lines].join("\n");
};
