/** What the repository has: scripts and their flags, functions, names, words of the log. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import manifest from "../../../package.json" with { type: "json" };
import { ROOT } from "../../../scripts/lib/convex-cli.ts";
import { parseSource } from "../../../scripts/reference/docstrings.ts";

/** The scripts of package.json, by name. */
export const SCRIPTS: Readonly<Record<string, string>> = manifest.scripts;

const SOURCE = /(?<!\.d)\.(?:ts|tsx|js)$/;

/** Paths of the sources in a folder, from the root. */
export function sourcesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => SOURCE.test(path) && !/\/(?:node_modules|dist|_generated)\//.test(path));
}

/** The text of a file, from the root; undefined when there is none. */
export function textOf(path: string): string | undefined {
  const file = join(ROOT, path);
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
}

const FOLDERS = ["convex", "packages", "scripts", "example", "tests"];

/** Every source but these checks, as one text. */
const everything = FOLDERS.flatMap(sourcesIn)
  .filter((path) => !path.startsWith("tests/repository/docs"))
  .map((path) => textOf(path) ?? "")
  .join("\n");

const words = new Set(everything.match(/[\w$]+/g));

/** Does this name occur in any source, as a whole word? */
export function occurs(name: string): boolean {
  return words.has(name);
}

/** Does this text occur in any source? */
export function occursVerbatim(text: string): boolean {
  return everything.includes(text);
}

/** Does this file export a constant or function of this name? */
export function exportsName(path: string, name: string): boolean {
  const found = [...(textOf(path) ?? "").matchAll(/^export (?:async )?(?:const|function) (\w+)/gm)];
  return found.some(([, exported]) => exported === name);
}

/** Does the module that `a/b:c` names export such a function? */
export function isFunction(path: string): boolean {
  const [module = "", name = ""] = path.split(":");
  return exportsName(`convex/${module}.ts`, name);
}

/** Names of environment variables, as the app declares them and `.env.example` lists them. */
export function isVariable(name: string): boolean {
  const declared = textOf("convex/convex.config.ts")?.includes(`    ${name}: v.`) ?? false;
  const listed = new RegExp(`^(?:# )?${name}=`, "m").test(textOf(".env.example") ?? "");
  return declared || listed;
}

/** The flags that a script of package.json takes: the options of `parseArgs` in its own file or folder. */
export function flagsOf(script: string): string[] {
  const [entry] = /scripts\/\S+/.exec(SCRIPTS[script] ?? "") ?? [];
  if (entry === undefined) return [];
  const files = entry.endsWith("/main.ts") ? sourcesIn(dirname(entry)) : [entry];
  return files.flatMap((path) => parsedOptions(parseSource(path, textOf(path) ?? "")));
}

function parsedOptions(node: ts.Node): string[] {
  const inner: string[] = [];
  ts.forEachChild(node, (child) => void inner.push(...parsedOptions(child)));
  if (!ts.isCallExpression(node) || node.expression.getText() !== "parseArgs") return inner;
  const config = node.arguments[0];
  const options = config && property(config, "options");
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return inner;
  const names = options.properties.map((option) => option.name);
  const flags = names.map((name) =>
    name && ts.isStringLiteral(name) ? name.text : name?.getText(),
  );
  return [...inner, ...flags.map((flag) => `--${flag ?? ""}`)];
}

function property(node: ts.Expression, name: string): ts.Expression | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const found = node.properties.filter(ts.isPropertyAssignment);
  return found.find((one) => one.name.getText() === name)?.initializer;
}

/** The texts in the backend's sources, a template's holes written as `...`. */
export const backendTexts: readonly string[] = sourcesIn("convex").flatMap((path) =>
  textsIn(parseSource(path, textOf(path) ?? "")),
);

function textsIn(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  const inner: string[] = [];
  ts.forEachChild(node, (child) => void inner.push(...textsIn(child)));
  if (!ts.isTemplateExpression(node)) return inner;
  const spans = node.templateSpans.map(({ literal }) => literal.text);
  return [[node.head.text, ...spans].join("..."), ...inner];
}
