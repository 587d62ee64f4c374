import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { byName } from "../../values/order.ts";

/** The machine's variables that functions see: those that Lambda has too (node-executor). */
const MACHINE = ["PATH", "PWD", "LANG", "NODE_PATH", "TZ", "UTC"];

const machine = Object.fromEntries(
  MACHINE.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  }),
);

/**
 * Replaces `process.env` by a new object: a module that has kept the one before keeps its values.
 * @returns a name for these variables, under which a module that reads them is imported
 */
export function replaceEnvironment(env: Readonly<Record<string, string>>): string {
  process.env = { ...machine, ...env };
  const sorted = Object.entries(env).toSorted(byName);
  return createHash("md5").update(JSON.stringify(sorted)).digest("hex");
}

/** Gives bundled CommonJS the globals that it looks for; `require` resolves from the module. */
export function setModuleGlobals(file: string): void {
  // `exports` is typed as anything.
  const own: unknown = exports;
  const require = createRequire(file);
  Object.assign(globalThis, { require, exports: own, module, __dirname, __filename });
}
