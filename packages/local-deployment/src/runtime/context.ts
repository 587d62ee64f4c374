import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { constants, createContext, Script, type Context } from "node:vm";
import { setUpContext, type ContextHost, type ContextParts } from "./context_setup.ts";
import type { IsolateHost } from "./isolate_host.ts";

/** Classes of which a context has its own, and web APIs make instances of these. */
const OUTER = [
  Object,
  Array,
  Map,
  Set,
  RegExp,
  Date,
  Promise,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
] as const;

/** Binary data crosses contexts as it is, and so are its classes shared. */
const BINARY = [
  "ArrayBuffer",
  "SharedArrayBuffer",
  "DataView",
  "Int8Array",
  "Int16Array",
  "Int32Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Uint16Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
];

/** The web APIs of production's isolates (npm-packages/udf-runtime in get-convex/convex-backend). */
const WEB = [
  "URL",
  "URLSearchParams",
  "Crypto",
  "SubtleCrypto",
  "DOMException",
  "Event",
  "EventTarget",
  "AbortController",
  "AbortSignal",
  "ReadableStream",
  "ReadableStreamBYOBReader",
  "ReadableStreamDefaultReader",
  "TransformStream",
  "WritableStream",
  "WritableStreamDefaultWriter",
  "atob",
  "btoa",
  "TextEncoder",
  "TextDecoder",
  "TextEncoderStream",
  "TextDecoderStream",
  "Blob",
  "File",
  "Headers",
  "FormData",
  "Performance",
  "PerformanceEntry",
  "PerformanceMark",
  "PerformanceMeasure",
];

const outer = Object.fromEntries(OUTER.map((type) => [type.name, type])) as Record<
  string,
  new (...args: never[]) => object // They are constructors, each with its own parameters.
>;
const shared: Record<string, unknown> = {
  ...Object.fromEntries([...BINARY, ...WEB].map((name) => [name, Reflect.get(globalThis, name)])),
  AsyncLocalStorage,
  AsyncResource,
};

const setUp = new Script(`(${setUpContext.toString()})`, { filename: "convex:setup" });

/** What serves a context whatever runs in it. */
type Helpers = Pick<ContextHost, "stackOf" | "jsonProblem">;

/**
 * A context of its own, with the globals of production's isolates and nothing else.
 * @param host - Whom the code is served by, once there is some.
 */
export function newContext(
  host: () => IsolateHost,
  helpers: Helpers,
): ContextParts & { readonly context: Context } {
  const context = createContext(
    // An ordinary global object: what is written to a sandbox object would be looked up twice.
    constants.DONT_CONTEXTIFY as unknown as object,
    { codeGeneration: { strings: false, wasm: true } },
  );
  const begin = setUp.runInContext(context) as typeof setUpContext; // the script is its text
  const parts = begin({ ...helpers, host, outer, shared, Request, Response, structuredClone });
  return { context, ...parts };
}
