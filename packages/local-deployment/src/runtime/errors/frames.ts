import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** One call in the stack of what was thrown, in pushed code. */
export interface StackFrame {
  /** The call, as "async handler" or "new Thing"; "" or "async " of a function without a name. */
  readonly call: string;
  /** The module's path. */
  readonly path: string;
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** The convex package's own frames at either end of a stack, which say nothing to the functions' developer. */
const INTERNAL = "convex/src/server/impl";

/**
 * A stack in production's words, with the lines of the modules' sources: each line ends with a newline, and "" is none
 * (`JsError::from_frames` in crates/common/src/errors.rs).
 *
 * @param mapOf gives a module's source map; frames of a module without one are left out
 */
export function stackText(
  frames: readonly StackFrame[],
  mapOf: (path: string) => TraceMap | null,
): string {
  const lines = frames.flatMap((frame) => {
    const place = placeOf(mapOf(frame.path), frame);
    if (place === null) return [];
    const named = frame.call !== "" && !frame.call.endsWith(" ");
    return [`    at ${named ? `${frame.call} (${place})` : frame.call + place}\n`];
  });
  while (lines[0]?.includes(INTERNAL)) lines.shift();
  while (lines.at(-1)?.includes(INTERNAL)) lines.pop();
  return lines.join("");
}

/** Reads a source map; null for what is none. */
export function traceMapOf(sourceMap: string | null | undefined): TraceMap | null {
  try {
    return sourceMap == null ? null : new TraceMap(sourceMap);
  } catch {
    return null;
  }
}

function placeOf(map: TraceMap | null, { path, line, column }: StackFrame): string | null {
  if (map === null) return null;
  const found = originalPositionFor(map, { line, column: Math.max(column - 1, 0) });
  return found.source === null
    ? `${path}:${line}:${column}`
    : `${found.source}:${found.line}:${found.column}`;
}

/** As production words a call (`FrameData` in crates/common/src/errors.rs). */
export function callText(site: NodeJS.CallSite): string {
  // Bun has "" for none, and no types.
  const given = site.getFunctionName();
  const name = given === "" ? null : given;
  const [type, method] = [site.getTypeName(), site.getMethodName()];
  const async = site.isAsync() ? "async " : "";
  if (site.isPromiseAll()) return `${async}Promise.all (index ${site.getPromiseIndex() ?? 0})`;
  if (site.isConstructor()) return `${async}new ${name ?? "<anonymous>"}`;
  if (site.isToplevel()) return `${async}${name ?? ""}`;
  if (name === null) return `${async}${type === null ? "" : `${type}.`}${method ?? "<anonymous>"}`;
  const owner = type !== null && name.startsWith(type) ? `${type}.` : "";
  const as = method !== null && name.endsWith(method) ? ` [as ${method}]` : "";
  return `${async}${owner}${name}${as}`;
}
