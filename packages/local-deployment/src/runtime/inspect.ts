import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";

/** A value as the console prints it. */
export type Inspect = (value: unknown) => string;

type ObjectInspect = (value: unknown, options: object) => string;

/** How production prints (npm-packages/udf-runtime/src/02_console.ts in get-convex/convex-backend). */
const OPTIONS = { maxStringLength: 32_768, indent: 2, customInspect: true };

let library: Script | undefined;

/**
 * Production's printer, npm's `object-inspect`, in a realm of its own: it tells plain objects by the realm's classes,
 * and shows those of other realms as having no prototype.
 *
 * @param evaluate - Runs a script in that realm, and gives what it came to. Called with the first value to be printed.
 */
export function inspectorIn(evaluate: (script: Script) => unknown): Inspect {
  let inspect: ObjectInspect | undefined;
  return (value) => {
    // The script below comes to the library's one export.
    inspect ??= evaluate((library ??= readLibrary())) as ObjectInspect;
    return inspect(value, OPTIONS);
  };
}

/** As bundlers make it for browsers, and production for its isolates: without Node's own `inspect`. */
function readLibrary(): Script {
  const require = createRequire(import.meta.url);
  const source = readFileSync(require.resolve("object-inspect"), "utf8");
  const text = `((module, require) => { ${source}\nreturn module.exports; })({ exports: {} }, () => ({}))`;
  return new Script(text, { filename: "object-inspect" });
}
