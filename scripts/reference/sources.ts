/** The docstrings of what `function-spec` lists, found in `convex/`. */
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { ROOT } from "../lib/convex-cli.ts";
import type { PublicFunction } from "../lib/function-spec.ts";
import { docstringsOf, moduleSummary, parseSource, type Docstring } from "./docstrings.ts";

/** A file of `convex/`, read once. */
interface Module {
  source: ts.SourceFile;
  summary: string;
  docstrings: Map<string, Docstring>;
}

/** What `CODE` looks like in a docstring. */
const CODE = /`([A-Z]+(?:_[A-Z]+)*)`/g;

/** Reads docstrings by the names that `function-spec` uses. */
export class Sources {
  readonly #modules = new Map<string, Module>();

  /**
   * @param codes - every code of `convex/lib/errors.ts`: a docstring may name no other
   * @param root - the folder that `convex/` is in
   */
  constructor(
    private readonly codes: readonly string[],
    private readonly root = ROOT,
  ) {}

  /** What the module `projects/actions` is about. */
  module(path: string): string {
    const { summary } = this.#read(path);
    if (summary === "") throw new Error(`convex/${path}.ts has no docstring at its top.`);
    return summary;
  }

  /** The docstring of `projects/actions:create`. */
  function(path: string): Docstring {
    const [module = "", name = ""] = path.split(":");
    const docstring = this.#read(module).docstrings.get(name);
    if (docstring === undefined)
      throw new Error(`${path} has no docstring in convex/${module}.ts.`);
    const { throws, builder } = docstring;
    if (throws !== undefined) this.#check(path, throws);
    const all = [this.#throwsOfBuilder(builder, throws), throws].filter((text) => text);
    return all.length === 0 ? docstring : { ...docstring, throws: all.join(", ") };
  }

  /** The functions module by module, in the order of the source, which is the better story. */
  inOrder(functions: readonly PublicFunction[]): PublicFunction[] {
    const place = ({ path }: PublicFunction) => {
      const [module = "", name = ""] = path.split(":");
      return [module, [...this.#read(module).docstrings.keys()].indexOf(name)] as const;
    };
    return functions.toSorted((one, other) => {
      const [[module, index], [otherModule, otherIndex]] = [place(one), place(other)];
      return module === otherModule ? index - otherIndex : module < otherModule ? -1 : 1;
    });
  }

  /** What is said of the handler that `http.ts` gives to a route. */
  route({ method, path }: { method: string; path: string }): string {
    const { source } = this.#read("http");
    const handler = source.statements.map((node) => handlerOf(node, method, path)).find(Boolean);
    if (handler === undefined)
      throw new Error(`convex/http.ts has no constant for ${method} ${path}.`);
    const imported = source.statements
      .filter(ts.isImportDeclaration)
      .find((node) => importsFrom(node, handler));
    const module =
      imported && ts.isStringLiteral(imported.moduleSpecifier)
        ? posix.normalize(imported.moduleSpecifier.text)
        : "http";
    const docstring = this.#read(module).docstrings.get(handler);
    if (docstring === undefined)
      throw new Error(`\`${handler}\` has no docstring in convex/${module}.ts.`);
    return docstring.summary;
  }

  #read(path: string): Module {
    const known = this.#modules.get(path);
    if (known !== undefined) return known;
    const file = `convex/${path}.ts`;
    const source = parseSource(file, readFileSync(join(this.root, file), "utf8"));
    const module = { source, summary: moduleSummary(source), docstrings: docstringsOf(source) };
    this.#modules.set(path, module);
    return module;
  }

  /** The codes with which the builder itself refuses, but for those that the function has its own words for. */
  #throwsOfBuilder(builder = "", own = ""): string {
    const words = this.#read("lib/functions").docstrings.get(builder)?.summary ?? "";
    const codes = codesIn(words).filter((code) => !own.includes(`\`${code}\``));
    return codes.map((code) => `\`${code}\``).join(", ");
  }

  #check(path: string, throws: string): void {
    const named = codesIn(throws);
    const unknown = named.filter((code) => !this.codes.includes(code));
    if (named.length > 0 && unknown.length === 0) return;
    const what = named.length === 0 ? "no code" : unknown.join(", ");
    throw new Error(
      `The docstring of ${path} says that it throws ${what}, of convex/lib/errors.ts.`,
    );
  }
}

function codesIn(text: string): string[] {
  return [...text.matchAll(CODE)].map(([, code = ""]) => code);
}

/** The constant in `http.route({ method, path, handler: constant })`. */
function handlerOf(node: ts.Statement, method: string, path: string): string | undefined {
  if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return undefined;
  const [route] = node.expression.arguments;
  if (route === undefined || !ts.isObjectLiteralExpression(route)) return undefined;
  const parts = new Map(
    route.properties
      .filter(ts.isPropertyAssignment)
      .map(({ name, initializer }) => [name.getText(), initializer.getText()]),
  );
  const isIt = parts.get("method") === `"${method}"` && parts.get("path") === `"${path}"`;
  return isIt ? parts.get("handler") : undefined;
}

function importsFrom({ importClause }: ts.ImportDeclaration, name: string): boolean {
  const bindings = importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.some((element) => element.name.text === name);
}
