/** The names that a document uses: of the code, of variables, of what is written to the log. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ConvexHttpClient } from "convex/browser";
import { ROOT } from "../../../scripts/lib/convex-cli.ts";
import { parseRoute } from "../../../example/src/lib/routes.ts";
import type { Document } from "./documents.ts";
import {
  SCRIPTS,
  backendTexts,
  exportsName,
  flagsOf,
  isFunction,
  isVariable,
  occurs,
  occursVerbatim,
  sourcesIn,
  textOf,
} from "./sources.ts";

function texts({ spans }: Document): string[] {
  return spans.map(({ text }) => text);
}

/** "`name` (`path/to/file.ts`)": a name and the file it is said to be in. */
export function definitionsIn({ prose }: Document): [name: string, path: string][] {
  const found = prose.matchAll(/`([A-Za-z_$][\w$.]*)`,? \((?:in )?`([\w./-]+\.(?:ts|tsx|js))`/g);
  return [...found].map(([, name = "", path = ""]) => [name, path]);
}

/** Those whose file does not have the name. */
export function wrongDefinitions(document: Document): string[] {
  return definitionsIn(document)
    .filter(([name, path]) => {
      const text = textOf(path) ?? textOf(`convex/${path}`) ?? "";
      return !new RegExp(`\\b${name.split(".").at(-1) ?? ""}\\b`).test(text);
    })
    .map(([name, path]) => `${name} is not in ${path}`);
}

const MODULE_MEMBER = /^([a-z]\w*)\.([a-z]\w*)$/;
const CAMEL_CASE = /^[a-z]+[A-Z]\w*$/;
const FUNCTION = /^(?:\w+\/)+\w+:\w+$/;
const FILE_ENDINGS = /\.(?:ts|tsx|js|json|md|html|css|svg|png)$/;

/** Names of functions and values: `projects/queries:getById`, `operations.begin`, `maskSecrets`. */
export function namesIn(document: Document): string[] {
  return texts(document).filter(
    (text) =>
      FUNCTION.test(text) ||
      CAMEL_CASE.test(text) ||
      (MODULE_MEMBER.test(text) && !FILE_ENDINGS.test(text)),
  );
}

/** Those that nothing in the sources is called. */
export function wrongNames(document: Document): string[] {
  return namesIn(document).filter((name) => !isName(name));
}

function isName(name: string): boolean {
  if (FUNCTION.test(name)) return isFunction(name);
  const [, module, member = ""] = MODULE_MEMBER.exec(name) ?? [];
  if (module === undefined) return occurs(name) || name in ConvexHttpClient.prototype;
  const files = sourcesIn("convex").filter((path) => path.endsWith(`/${module}.ts`));
  if (files.length > 0) return files.some((path) => exportsName(path, member));
  return occursVerbatim(name); // of an object, or an event of another service
}

/** Names in capitals: variables of the environment, codes, constants. */
export function variablesIn(document: Document): string[] {
  const set = document.text.matchAll(/\benv set (\w+)/g);
  const named = texts(document).flatMap(
    (text) => /^([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=.*)?$/.exec(text)?.[1] ?? [],
  );
  return [...named, ...[...set].map(([, name = ""]) => name).filter((name) => name !== "NAME")];
}

/** Those that are declared nowhere. */
export function missingVariables(document: Document): string[] {
  return variablesIn(document).filter((name) => !isVariable(name) && !isDefined(name));
}

/** What get-convex/convex-backend takes: self-hosted/docker/docker-compose.yml, crates/common/src/knobs.rs. */
const SELF_HOSTED = new Set([
  ...["CONVEX_CLOUD_ORIGIN", "CONVEX_SITE_ORIGIN", "INSTANCE_NAME"],
  ...["POSTGRES_URL", "MYSQL_URL"],
  ...["NODE_ACTION_USER_TIMEOUT_SECS", "V8_ACTION_USER_TIMEOUT_SECS"],
  ...["APPLICATION_MAX_CONCURRENT_QUERIES", "APPLICATION_MAX_CONCURRENT_MUTATIONS"],
  ...["APPLICATION_MAX_CONCURRENT_NODE_ACTIONS", "APPLICATION_MAX_CONCURRENT_V8_ACTIONS"],
  "SCHEDULED_JOB_EXECUTION_PARALLELISM",
]);

/** An error's code, a constant, or a variable of the example front end, the agent, the CLI or Convex itself. */
function isDefined(name: string): boolean {
  return (
    SELF_HOSTED.has(name) ||
    new RegExp(`\\b${name}\\b`).test(textOf(".env.example") ?? "") ||
    (name.startsWith("CONVEX_") && cliReads(name)) ||
    new RegExp(`^  ${name}: `, "m").test(textOf("convex/lib/errors.ts") ?? "") ||
    occursVerbatim(`const ${name} =`) ||
    (name.startsWith("VITE_") && occursVerbatim(`env.${name}`))
  );
}

function cliReads(name: string): boolean {
  return (textOf("node_modules/convex/dist/cli.bundle.cjs") ?? "").includes(`"${name}"`);
}

/** Flags that stand by themselves: `--data-dir DIR`. */
export function flagsIn(document: Document): string[] {
  return texts(document).flatMap((text) => /^--[\w-]+/.exec(text)?.[0] ?? []);
}

/** Those that no script takes. */
export function wrongFlags(document: Document): string[] {
  const known = new Set(Object.keys(SCRIPTS).flatMap(flagsOf));
  return flagsIn(document).filter((flag) => !known.has(flag));
}

/** Paths of HTTP actions: `/health`, `POST /stripe/webhook`. */
export function routesIn(document: Document): string[] {
  return texts(document).flatMap(
    (text) => /^(?:GET |POST )?(\/[\w-]+(?:\/[\w-]+)*)$/.exec(text)?.[1] ?? [],
  );
}

/** Those that are neither routed nor a page of the example. */
export function missingRoutes(document: Document): string[] {
  const routed = textOf("convex/http.ts") ?? "";
  const isPage = (path: string) => parseRoute(path).page !== "missing";
  return routesIn(document).filter((path) => !routed.includes(`path: "${path}"`) && !isPage(path));
}

/** Packages with a scope: `@quaver/sandbox`. */
export function packagesIn(document: Document): string[] {
  return texts(document).filter((text) => /^@[\w-]+\/[\w-]+$/.test(text));
}

/** Those that are neither a workspace nor depended upon. */
export function missingPackages(document: Document): string[] {
  const folders = [
    "",
    "example",
    ...readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}`),
  ];
  const manifests = folders
    .map((folder) => join(ROOT, folder, "package.json"))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, "utf8"));
  return packagesIn(document).filter(
    (name) => !manifests.some((text) => text.includes(`"${name}"`)),
  );
}

/** The lines that a section "What to watch" tells to look for; `...` stands for anything. */
export function logLines({ spans }: Document): string[] {
  return spans
    .filter(({ heading, text }) => heading === "What to watch" && text.includes(" "))
    .map(({ text }) => text);
}

/** Does the backend write such a line? */
export function isLogged(line: string): boolean {
  const pieces = line.split("...").filter((piece) => piece !== "");
  return backendTexts.some((text) => {
    let from = 0;
    return pieces.every((piece) => {
      const at = text.indexOf(piece, from);
      from = at + piece.length;
      return at !== -1;
    });
  });
}
