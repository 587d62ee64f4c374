import { posix } from "node:path";
import type { Context } from "node:vm";
import { FunctionError } from "../../lib/errors.ts";
import type { ModuleExports, ModuleScript } from "./script.ts";

/**
 * Evaluates the modules of one component in one context, each once. A module's import of another resolves inside the
 * component.
 */
export class ModuleLoader {
  readonly #cells = new Map<string, { exports: ModuleExports }>();

  constructor(
    private readonly context: Context,
    private readonly find: (path: string) => ModuleScript | undefined,
    /** Imports that resolve outside the component's own modules, such as component definitions. */
    private readonly external: (path: string) => ModuleExports | undefined = () => undefined,
  ) {}

  /** The exports of `dir/module.js`. @throws FunctionError when there is no such module */
  load(path: string): ModuleExports {
    const cached = this.#cells.get(path);
    if (cached !== undefined) return cached.exports;
    const script = this.find(path);
    if (script === undefined) {
      throw new FunctionError(
        `Couldn't find JavaScript module '${path}'. Did you forget to run \`npx convex dev\`?`,
      );
    }
    const cell: { exports: ModuleExports } = { exports: {} };
    this.#cells.set(path, cell);
    try {
      script.evaluate(this.context, cell, (request) => this.import(path, request));
    } catch (error) {
      this.#cells.delete(path);
      throw error;
    }
    return cell.exports;
  }

  /** What a module gets for `import` of `request`. @throws FunctionError when it is outside */
  import(from: string, request: string): ModuleExports {
    if (request.startsWith("./") || request.startsWith("../")) {
      const path = posix.join(posix.dirname(from), request);
      return this.external(path) ?? this.load(path);
    }
    // What a package of the app needs is in its bundle: only Node's own modules are outside.
    throw new FunctionError(
      `Could not resolve "${request}" in ${from}: only modules with "use node" can import Node's own modules.`,
    );
  }
}
