import type { TraceMap } from "@jridgewell/trace-mapping";
import type { Failure } from "../../runtime/errors/failure.ts";
import { stackText, traceMapOf } from "../../runtime/errors/frames.ts";
import type { Thrown } from "../protocol.ts";

/**
 * Production's text for what was thrown in Node, with the lines of the modules' sources.
 * @param sourceMapOf gives a module's source map, as JSON text; frames of a module without one are left out
 */
export function nodeFailure(thrown: Thrown, sourceMapOf: (path: string) => string | null): Failure {
  const { message, name, data, frames } = thrown;
  if (name === null) return { message };
  const title = [`Uncaught${name === "" ? "" : ` ${name}`}`, message].filter((part) => part !== "");
  const maps = new Map<string, TraceMap | null>();
  const mapOf = (path: string) => {
    const known = maps.get(path);
    if (known !== undefined) return known;
    const map = traceMapOf(sourceMapOf(path));
    maps.set(path, map);
    return map;
  };
  const failure = {
    message: title.join(name === "" ? " " : ": "),
    stack: stackText(frames, mapOf),
  };
  return data === undefined ? failure : { ...failure, data };
}
