import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";

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

/** What the machine's own globals are for every context: they are shared. */
export const sharedGlobals: PropertyDescriptorMap = Object.fromEntries(
  [
    ...[...BINARY, ...WEB].map((name) => [name, Reflect.get(globalThis, name)] as const),
    ["AsyncLocalStorage", AsyncLocalStorage] as const,
    ["AsyncResource", AsyncResource] as const,
  ].map(([name, value]: readonly [string, unknown]) => [name, plainProperty(value)]),
);

/** Classes of which a context has its own, while web APIs make instances of these. */
export const OUTER_CLASSES = [
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

/** A property as assignment makes it, but for not being listed. */
export function plainProperty(value: unknown): PropertyDescriptor {
  return { value, writable: true, configurable: true, enumerable: false };
}
