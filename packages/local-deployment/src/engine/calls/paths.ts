/** A function of a module: `projects/queries.js` and `listForCurrentUser`. */
export interface FunctionPath {
  readonly module: string;
  readonly name: string;
}

/** A function by where it was found: `dir/mod:fn` of a component, the app's being "". */
export interface CalledFunction {
  readonly path: string;
  readonly componentPath: string;
}

/** Parses `dir/mod:fn`, `dir/mod.js:fn` or, for a default export, `dir/mod`. */
export function parseFunctionPath(path: string): FunctionPath {
  const colon = path.lastIndexOf(":");
  const module = colon < 0 ? path : path.slice(0, colon);
  return {
    module: module.endsWith(".js") ? module : `${module}.js`,
    name: colon < 0 ? "default" : path.slice(colon + 1),
  };
}

/** As developers write it: `dir/mod:fn`, or `dir/mod` for a default export. */
export function formatFunctionPath(path: FunctionPath): string {
  const module = path.module.replace(/\.js$/, "");
  return path.name === "default" ? module : `${module}:${path.name}`;
}

/** As production names it in job records and type errors: `dir/mod.js:fn`. */
export function canonicalFunctionPath(path: FunctionPath): string {
  return `${path.module}:${path.name}`;
}
