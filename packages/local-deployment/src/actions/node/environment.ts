import { createHash } from "node:crypto";
import { createRequire, Module } from "node:module";
import { dirname } from "node:path";
import { byName } from "../../values/order.ts";

/** The machine's variables that functions see: those that Lambda has too (node-executor). */
const MACHINE = ["PATH", "PWD", "LANG", "NODE_PATH", "TZ", "UTC"];

/** The file that this process runs. */
const [, SCRIPT = ""] = process.argv;

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

/** Gives bundled CommonJS the globals that it looks for, as a script's own; `require` resolves from the module. */
export function setModuleGlobals(file: string): void {
  const require = createRequire(file);
  const module: { exports: unknown } = new Module(SCRIPT);
  const { exports } = module;
  const script = { __dirname: dirname(SCRIPT), __filename: SCRIPT };
  Object.assign(globalThis, { require, exports, module, ...script });
}
