import { posix } from "node:path";
import { FunctionError } from "../errors.ts";
import type { Scope } from "./globals.ts";

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

/**
 * Instantiates the isolate modules of one component in one scope, each once. A module's import of another
 * resolves inside the component.
 */
export class ModuleLoader {
  readonly #cells = new Map<string, ModuleCell>();

  constructor(
    private readonly find: (path: string) => LoadableModule | undefined,
    private readonly scope: Scope,
    /** Imports that resolve outside the component's own modules, such as component definitions. */
    private readonly external: (path: string) => ModuleExports | undefined = () => undefined,
  ) {}

  /** The exports of `dir/module.js`. @throws FunctionError when there is no such module. */
  load(path: string): ModuleExports {
    const cached = this.#cells.get(path);
    if (cached !== undefined) return cached.exports;
    const module = this.find(path);
    if (module === undefined) {
      throw new FunctionError(
        `Couldn't find JavaScript module '${path}'. Did you forget to run \`npx convex dev\`?`,
      );
    }
    const cell: ModuleCell = { exports: {} };
    this.#cells.set(path, cell);
    try {
      this.#evaluate(module, cell);
    } catch (error) {
      this.#cells.delete(path);
      throw error;
    }
    return cell.exports;
  }

  #evaluate(module: LoadableModule, cell: ModuleCell): void {
    const { scope } = this;
    const name = `convex:///${module.path}`;
    // The inner function lets the module declare names that the scope has too.
    const body = `return (function () { "use strict";\n${module.compiled}\n}).call(undefined);\n//# sourceURL=${name}`;
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- running pushed code is what this package is for
    const run = new Function("module", "exports", "require", ...scope.names.filter(isFree), body);
    const values = scope.values.filter((_, i) => isFree(scope.names[i] ?? ""));
    Reflect.apply(run, undefined, [
      cell,
      cell.exports,
      (request: string) => this.#import(module, request),
      ...values,
    ]);
  }

  #import(from: LoadableModule, request: string): unknown {
    if (request.startsWith("./") || request.startsWith("../")) {
      const path = posix.join(posix.dirname(from.path), request);
      return this.external(path) ?? this.load(path);
    }
    // What a package of the app needs is in its bundle: only Node's own modules are outside.
    throw new FunctionError(
      `Could not resolve "${request}" in ${from.path}: only modules with "use node" can import Node's own modules.`,
    );
  }
}

/** These are parameters of the CommonJS wrapper itself. */
function isFree(name: string): boolean {
  return name !== "module" && name !== "exports" && name !== "require";
}
