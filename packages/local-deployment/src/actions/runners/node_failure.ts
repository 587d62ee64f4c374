import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Failure } from "../../runtime/failure.ts";
import type { Thrown, ThrownFrame } from "../protocol.ts";

/** The convex package's own frames at either end of a stack, which say nothing to the functions' developer. */
const INTERNAL = "convex/src/server/impl";

/**
 * Production's text for what a Node function threw. The frames are those of the called module, in the lines of its
 * source: of what it shares with others production has no map there (`source_maps_callback` in crates/application).
 * @param sourceMap the called module's, as JSON text
 */
export function nodeFailure(thrown: Thrown, module: string, sourceMap: string | null): Failure {
  const { message, name, data, frames } = thrown;
  if (name === null) return { message };
  const title = [`Uncaught${name === "" ? "" : ` ${name}`}`, message].filter((part) => part !== "");
  const map = sourceMap === null ? null : new TraceMap(sourceMap);
  const lines = frames.flatMap((frame) => {
    const place = map === null || frame.path !== module ? null : placeOf(map, frame);
    return place === null ? [] : [`    at ${frame.call} (${place})`];
  });
  while (lines[0]?.includes(INTERNAL)) lines.shift();
  while (lines.at(-1)?.includes(INTERNAL)) lines.pop();
  const text = [title.join(name === "" ? " " : ": "), ...lines].join("\n");
  return data === undefined ? { message: text } : { message: text, data };
}

function placeOf(map: TraceMap, { line, column }: ThrownFrame): string | null {
  const found = originalPositionFor(map, { line, column: Math.max(column - 1, 0) });
  return found.source === null ? null : `${found.source}:${found.line}:${found.column}`;
}
