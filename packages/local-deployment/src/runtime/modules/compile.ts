import * as esbuild from "esbuild";
import { createHash } from "node:crypto";

/** A module as the CLI pushes it. */
export interface PushedModule {
  readonly path: string;
  readonly source: string;
  readonly sourceMap?: string | undefined;
  readonly environment: "isolate" | "node";
}

/** A pushed module with what the runtime executes. */
export interface CompiledModule extends PushedModule {
  readonly hash: string;
  /**
   * An isolate's module as the body of a CommonJS function, with a source map for its stack traces; "" for Node, which
   * imports it as it is.
   */
  readonly compiled: string;
}

/** As the CLI computes it, to send only what changed. */
function moduleHash(module: PushedModule): string {
  return createHash("sha256")
    .update(module.source)
    .update(module.sourceMap ?? "")
    .digest("hex");
}

/**
 * Rewrites an isolate's ES module into the body of a function, which can be evaluated in any context without waiting
 * for its imports. It sees no `require`.
 */
export async function compileModule(module: PushedModule): Promise<CompiledModule> {
  if (module.environment === "node") return { ...module, hash: moduleHash(module), compiled: "" };
  const { source, sourceMap } = module;
  const map = sourceMap === undefined ? "" : Buffer.from(sourceMap).toString("base64");
  const withMap = `${source}\n//# sourceMappingURL=data:application/json;base64,${map}`;
  const { code } = await esbuild.transform(map === "" ? source : withMap, {
    format: "cjs",
    platform: "neutral",
    target: "esnext",
    define: { "import.meta": "__importMeta", require: "undefined" },
    // Stacks tell of those modules alone that were pushed with their source map.
    sourcemap: map === "" ? false : "inline",
    sourcefile: module.path,
    sourcesContent: false,
    logLevel: "silent",
  });
  return { ...module, hash: moduleHash(module), compiled: code };
}

/** Ends esbuild's helper process; the next compilation starts another. */
export async function stopCompiler(): Promise<void> {
  await esbuild.stop();
}
