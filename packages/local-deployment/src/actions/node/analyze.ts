import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isRegisteredFunction, type RegisteredFunction } from "../../runtime/convex_exports.ts";
import type { AnalyzeOutcome, AnalyzeTask, NodeExport } from "../protocol.ts";
import { replaceEnvironment, setModuleGlobals } from "./environment.ts";
import { describeThrown, readStacksIn } from "./thrown.ts";

/** Imports modules and tells what they export, up to the first that can't be imported. Never rejects. */
export async function analyze({ modules, env, paths }: AnalyzeTask): Promise<AnalyzeOutcome> {
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
      return { ok: false, path, thrown: describeThrown(error) };
    }
  }
  return { ok: true, modules: analyzed };
}

function describe(name: string, value: unknown): NodeExport[] {
  if (!isRegisteredFunction(value)) return [];
  const udfType = typeOf(value);
  if (udfType === null) return [];
  const visibility = value.isPublic ? "public" : value.isInternal ? "internal" : null;
  const [args, returns] = [value.exportArgs(), value.exportReturns()];
  return [{ name, udfType, visibility, args, returns }];
}

function typeOf(registered: RegisteredFunction): NodeExport["udfType"] | null {
  if (registered.isAction) return "Action";
  if (registered.isQuery) return "Query";
  return registered.isMutation ? "Mutation" : null;
}
