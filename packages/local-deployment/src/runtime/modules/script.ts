import { AsyncLocalStorage } from "node:async_hooks";
import { Script, type Context } from "node:vm";
import type { TraceMap } from "@jridgewell/trace-mapping";
import { traceMapOf } from "../errors/frames.ts";
import { functionNames, type FunctionNames } from "../errors/function_names.ts";

/** A module ready to run: its text, and where it belongs. */
export interface LoadableModule {
  readonly path: string;
  readonly environment: "isolate" | "node";
  readonly compiled: string;
}

/** What a module exports, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

interface ModuleCell {
  exports: ModuleExports;
}

type Evaluate = (module: ModuleCell, exports: object, require: (path: string) => unknown) => void;

/** How scripts name themselves in stacks, before their path. */
export const SCHEME = "convex:///";
const INLINE_MAP =
  /\/\/# sourceMappingURL=data:application\/json;[^,]*base64,([A-Za-z0-9+/=]+)\s*$/m;

/** Loads a module for the `import()` of the code that runs. */
export const dynamicImport = new AsyncLocalStorage<
  (from: string, path: string) => Promise<ModuleExports>
>();

/** A module's text, parsed once and evaluated in any number of contexts. */
export class ModuleScript {
  readonly path: string;
  readonly #compiled: string;
  readonly #script: Script;
  #map: TraceMap | null | undefined;
  #names: FunctionNames | undefined;

  constructor({ path, compiled }: LoadableModule) {
    this.path = path;
    this.#compiled = compiled;
    // On one line with the text, so that line numbers are those of its source map.
    this.#script = new Script(
      `(function (module, exports, require) {"use strict";${compiled}\n})`,
      {
        filename: SCHEME + path,
        importModuleDynamically: async (specifier) => {
          const load = dynamicImport.getStore();
          if (load === undefined) throw new TypeError("dynamic module import unsupported");
          // Any object serves Bun as a namespace.
          return (await load(path, specifier)) as never;
        },
      },
    );
  }

  evaluate(context: Context, cell: ModuleCell, require: (path: string) => unknown): void {
    // The script is a function of these parameters.
    (this.#script.runInContext(context) as Evaluate).call(undefined, cell, cell.exports, require);
  }

  /** The way back to the module's source; null when it was pushed without one. */
  get map(): TraceMap | null {
    if (this.#map === undefined) {
      const encoded = INLINE_MAP.exec(this.#compiled)?.[1];
      this.#map =
        encoded === undefined ? null : traceMapOf(Buffer.from(encoded, "base64").toString());
    }
    return this.#map;
  }

  /** The names of the module's functions, by their places. */
  get names(): FunctionNames {
    this.#names ??= functionNames(this.#compiled);
    return this.#names;
  }
}
