import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** `at name (convex:///path.js:line:column)` or without a name, as Bun writes it. */
const FRAME = /^\s*at (?:(.*?) \()?convex:\/\/\/([^:)]+):(\d+):(\d+)\)?\s*$/;
const INLINE_MAP =
  /\/\/# sourceMappingURL=data:application\/json;[^,]*base64,([A-Za-z0-9+/=]+)\s*$/m;
/** Lines that `new Function` and the loader put before a module's first line. */
const WRAPPER_LINES = 3;

/** Source maps of the modules that run, by the module path that stack traces name. */
const maps = new Map<string, TraceMap | string>();

/** Remembers where a module's source map is; it is parsed when an error needs it. */
export function registerSourceMap(path: string, compiled: string): void {
  maps.set(path, compiled);
}

/** The user's own frames of a stack, in the lines of their TypeScript, as production shows them. */
export function mapStack(stack: string): string {
  const frames = stack.split("\n").flatMap((line) => {
    const match = FRAME.exec(line);
    if (match === null) return [];
    const [, name = "", path = "", lineNumber = "0", column = "0"] = match;
    return [
      `\n    at ${name || "<anonymous>"} (${locate(path, Number(lineNumber), Number(column))})`,
    ];
  });
  return frames.join("");
}

function locate(path: string, line: number, column: number): string {
  const map = mapOf(path);
  const inModule = line - WRAPPER_LINES;
  if (map !== null && inModule >= 1) {
    const found = originalPositionFor(map, { line: inModule, column: Math.max(column - 1, 0) });
    if (found.source !== null) {
      return `${found.source}:${String(found.line)}:${String(found.column)}`;
    }
  }
  return `../convex/${path}:${String(Math.max(inModule, 1))}:${String(column)}`;
}

function mapOf(path: string): TraceMap | null {
  const known = maps.get(path);
  if (known === undefined) return null;
  if (typeof known !== "string") return known;
  const encoded = INLINE_MAP.exec(known)?.[1];
  if (encoded === undefined) return null;
  const map = new TraceMap(Buffer.from(encoded, "base64").toString("utf8"));
  maps.set(path, map);
  return map;
}
