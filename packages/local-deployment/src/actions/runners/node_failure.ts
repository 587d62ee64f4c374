import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Failure } from "../../runtime/failure.ts";
import type { Thrown, ThrownFrame } from "../protocol.ts";

/** The convex package's own frames at either end of a stack, which say nothing to the functions' developer. */
const INTERNAL = "convex/src/server/impl";

/**
 * Production's text for what was thrown in Node, with the lines of the modules' sources.
 * @param sourceMapOf gives a module's source map, as JSON text; frames of a module without one are left out
 */
export function nodeFailure(thrown: Thrown, sourceMapOf: (path: string) => string | null): Failure {
  const { message, name, data, frames } = thrown;
  if (name === null) return { message };
  const title = [`Uncaught${name === "" ? "" : ` ${name}`}`, message].filter((part) => part !== "");
  const maps = new Map<string, TraceMap | null>();
  const lines = frames.flatMap((frame) => {
    if (!maps.has(frame.path)) maps.set(frame.path, traceMap(sourceMapOf(frame.path)));
    const place = placeOf(maps.get(frame.path) ?? null, frame);
    return place === null ? [] : [`    at ${frame.call} (${place})`];
  });
  while (lines[0]?.includes(INTERNAL)) lines.shift();
  while (lines.at(-1)?.includes(INTERNAL)) lines.pop();
  const text = [title.join(name === "" ? " " : ": "), ...lines].join("\n");
  return data === undefined ? { message: text } : { message: text, data };
}

function traceMap(sourceMap: string | null): TraceMap | null {
  return sourceMap === null ? null : new TraceMap(sourceMap);
}

function placeOf(map: TraceMap | null, { line, column }: ThrownFrame): string | null {
  if (map === null) return null;
  const found = originalPositionFor(map, { line, column: Math.max(column - 1, 0) });
  return found.source === null ? null : `${found.source}:${found.line}:${found.column}`;
}
