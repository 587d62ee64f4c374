import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { callText, type StackFrame } from "../../runtime/errors/frames.ts";
import type { Thrown } from "../protocol.ts";

/** Frames of errors whose stack was made, found by the error. */
const framesOf = new WeakMap<object, readonly StackFrame[]>();

/** Makes stacks name pushed modules as `convex:/user/…`, and keeps their frames. */
export function readStacksIn(modules: string): void {
  Error.prepareStackTrace = (error, sites) => {
    framesOf.set(
      error,
      sites.flatMap((site) => frameOf(site, modules)),
    );
    const message = messageOfThrown(error);
    const title = message === "" ? "Error" : `Error: ${message}`;
    return [title, ...sites.map((site) => lineOf(site, modules))].join("\n");
  };
}

/** Describes any value that a function threw. */
export function describeThrown(thrown: unknown): Omit<Thrown, "name"> & { name: string } {
  const isObject = typeof thrown === "object" && thrown !== null;
  // Reading the stack is what makes it.
  if (isObject) Reflect.get(thrown, "stack");
  const name: unknown = isObject ? Reflect.get(thrown, "name") : "";
  const frames = isObject ? (framesOf.get(thrown) ?? []) : [];
  const data: unknown =
    isObject && Symbol.for("ConvexError") in thrown ? Reflect.get(thrown, "data") : undefined;
  return {
    message: messageOfThrown(thrown),
    name: typeof name === "string" ? name : "",
    frames,
    // `invokeAction` of the convex package has made the data JSON text.
    ...(typeof data === "string" ? { data } : {}),
  };
}

function messageOfThrown(thrown: unknown): string {
  try {
    if (thrown === null || thrown === undefined) return "unknown error";
    const message: unknown =
      typeof thrown === "object" ? Reflect.get(thrown, "message") : undefined;
    // Any value with a `toString`, so objects of the function's own classes too.
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- "[object Object]" is what production says of others
    return String(message ?? thrown);
  } catch {
    return "unknown error";
  }
}

/** The path of a pushed module; null for other files. */
function pathIn(modules: string, site: NodeJS.CallSite): string | null {
  const url = site.getFileName();
  if (url?.startsWith("file:") !== true) return null;
  const file = fileURLToPath(url);
  if (!file.startsWith(modules + sep)) return null;
  return file.slice(modules.length + sep.length).replaceAll(sep, "/");
}

function frameOf(site: NodeJS.CallSite, modules: string): StackFrame[] {
  const path = pathIn(modules, site);
  if (path === null) return [];
  const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
  return [{ call: callText(site), path, line, column }];
}

/** As functions see it in `error.stack`: positions in the bundle (node-executor/src/errors.ts). */
function lineOf(site: NodeJS.CallSite, modules: string): string {
  const file = site.getFileName();
  const path = pathIn(modules, site);
  const shown =
    path === null
      ? file?.startsWith("node:") === true
        ? file
        : "bundledFunctions.js"
      : `convex:/user/${path}`;
  const place =
    file == null
      ? "<unknown location>"
      : `${shown}:${site.getLineNumber() ?? ""}:${site.getColumnNumber() ?? ""}`;
  const name = site.getFunctionName() ?? site.getMethodName() ?? "";
  if (name === "") return `    at ${place}`;
  return `    at${site.isAsync() ? " async" : ""} ${name} (${place})`;
}
