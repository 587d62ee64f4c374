import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { hasProperties } from "../../runtime/modules/convex_exports.ts";
import type { AnalyzeOutcome, AnalyzeTask, NodeExport } from "../protocol.ts";
import { replaceEnvironment, setModuleGlobals } from "./environment.ts";
import { describeThrown, readStacksIn } from "./thrown.ts";

/** The properties that the convex package sets on each kind of function: a mark, and the method that runs it. */
const KINDS = [
  ["Action", "isAction", ["invokeAction"]],
  ["Query", "isQuery", ["invokeQuery"]],
  ["Mutation", "isMutation", ["invokeMutation"]],
  ["HttpAction", "isHttp", ["invokeHttpAction", "invokeHttpEndpoint"]],
] as const;

/**
 * Imports modules and describes their exports, up to the first that can't be imported, as production does
 * (`analyze` in npm-packages/node-executor/src/executor.ts). Never rejects.
 */
export async function analyzeNodeExports({
  modules,
  env,
  paths,
}: AnalyzeTask): Promise<AnalyzeOutcome> {
  readStacksIn(modules);
  replaceEnvironment(env);
  const analyzed: Record<string, readonly NodeExport[]> = {};
  for (const path of paths) {
    try {
      const file = join(modules, path);
      setModuleGlobals(file);
      // A module has named exports.
      const exports_ = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
      analyzed[path] = Object.entries(exports_).flatMap(([name, value]) => describe(name, value));
    } catch (error) {
      const { message, frames } = describeThrown(error);
      const thrown = { message: `Failed to analyze ${path}: ${message}`, name: "", frames };
      return { ok: false, thrown };
    }
  }
  return { ok: true, modules: analyzed };
}

function describe(name: string, value: unknown): NodeExport[] {
  if (!hasProperties(value)) return [];
  const has = (property: string) => Object.hasOwn(value, property);
  const kind = KINDS.find(([, mark, runs]) => has(mark) && runs.some(has));
  if (kind === undefined) return [];
  const [isPublic, isInternal] = [has("isPublic"), has("isInternal")];
  const [args, returns] = [exported(value, "exportArgs"), exported(value, "exportReturns")];
  if (isPublic && isInternal) return [];
  const visibility = isPublic ? "public" : isInternal ? "internal" : null;
  return [{ name, udfType: kind[0], visibility, args, returns }];
}

/** A validator as JSON text; null for none. @throws SyntaxError when it is no JSON */
function exported(value: object, method: "exportArgs" | "exportReturns"): string | null {
  const exporter: unknown = Object.hasOwn(value, method) ? Reflect.get(value, method) : undefined;
  const text: unknown =
    typeof exporter === "function" ? Reflect.apply(exporter, value, []) : undefined;
  return typeof text === "string" ? JSON.stringify(JSON.parse(text)) : null;
}
