import { callOf, type StackFrame } from "./frames.ts";
import { SCHEME } from "./script.ts";

/** The calls of errors whose stack was made, found by the error. */
const framesOf = new WeakMap<object, readonly StackFrame[]>();

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
  Reflect.get(error, "stack");
  return framesOf.get(error) ?? [];
}

function frameOf(site: NodeJS.CallSite): StackFrame[] {
  const file = site.getFileName();
  if (file?.startsWith(SCHEME) !== true) return [];
  const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
  return [{ call: callOf(site), path: file.slice(SCHEME.length), line, column }];
}

// Errors that are made outside of contexts, as by web APIs, tell of the pushed code that they were made for, too.
Error.prepareStackTrace = (error, sites) => {
  keepFrames(error, sites);
  const lines = sites.map(
    (site) => `    at ${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`,
  );
  return [String(error), ...lines].join("\n");
};
