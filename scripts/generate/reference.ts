/** The function reference, docs/functions.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/convex-cli.ts";
import type { PublicFunction, Spec } from "../lib/function-spec.ts";
import { readDocstrings, type Docstring, type Docstrings } from "./docstrings.ts";
import { formatted, type Files } from "./files.ts";
import { commentsIn, namesOf, readShapes, typeText, writtenOut, type Shape } from "./types.ts";

const PAGE = "docs/functions.md";
const ERRORS = "lib/errors:ErrorDetails.";

const INTRODUCTION = `<!-- Made by \`bun run reference\`, from \`npx convex function-spec\` and the docstrings of convex/. Edit those. -->

# Functions

What a front end can call: \`useQuery(api.projects.queries.getById, { projectId })\`, and so on for each path. A query is live. Each refusal is a \`ConvexError\` whose \`data\` has one of the [codes](#error-codes) and a \`message\` for people; \`isQuaverError\` (\`convex/lib/errors.ts\`) tells it from other errors. \`Id\` is from \`convex/_generated/dataModel\`, \`PaginationOptions\` and \`PaginationResult\` are from \`convex/server\`, for \`usePaginatedQuery\`; the other named types are under [shapes](#shapes).`;

/**
 * Makes the page, as it should be.
 *
 * @throws Error naming what lacks a docstring, or throws a code that does not exist
 */
export async function makeReference(spec: Spec): Promise<Files> {
  return await formatted(PAGE, functionsPage(spec, readDocstrings(), await readShapes()));
}

/** Writes the page. */
export function functionsPage(spec: Spec, docstrings: Docstrings, shapes: Shape[]): string {
  const names = namesOf(shapes);
  const codes = [...docstrings.keys()].flatMap((name) => name.split(ERRORS)[1] ?? []);
  const sections = inDomains(spec, docstrings).map(([domain, functions]) =>
    [
      `## ${domain}`,
      ...functions.map((one) => {
        const { summary, returns } = docstringOf(docstrings, one.path);
        const throws = throwsOf(docstrings, one.path, codes);
        const args = typeText(one.args, names);
        return [
          `### \`${one.path}\`\n\n_${one.kind}._ ${summary}\n`,
          `- takes ${args === "{}" ? "nothing" : `\`${args}\``}`,
          `- returns \`${typeText(one.returns, names)}\`${returns === undefined ? "" : `: ${returns}`}`,
          ...(throws === "" ? [] : [`- refuses with ${throws}`]),
        ].join("\n");
      }),
    ].join("\n\n"),
  );
  const rows = codes.map((code) => {
    const { summary, code: type } = docstringOf(docstrings, ERRORS + code);
    const carries = type === "unknown" ? "" : `\`${type.replaceAll("|", "\\|")}\``;
    return `| \`${code}\` | ${summary} | ${carries} |`;
  });
  const errors = `## Error codes\n\nThe closed list, from \`convex/lib/errors.ts\`.\n\n| code | means | carries, beside \`message\` |\n| --- | --- | --- |\n${rows.join("\n")}`;
  const page = [
    INTRODUCTION,
    ...sections,
    httpSection(spec, docstrings),
    limits(docstrings),
    errors,
  ];
  return withShapes(page.join("\n\n"), docstrings, shapes);
}

function docstringOf(docstrings: Docstrings, name: string): Docstring {
  const docstring = docstrings.get(name);
  if (docstring !== undefined) return docstring;
  throw new Error(`${name} has no docstring in convex/${name.split(":")[0] ?? ""}.ts.`);
}

/** The functions by domain, in the order of the sources. */
function inDomains({ functions }: Spec, docstrings: Docstrings): [string, PublicFunction[]][] {
  const order = [...docstrings.keys()];
  const sorted = functions.toSorted((a, b) => order.indexOf(a.path) - order.indexOf(b.path));
  const domains = [...new Set(sorted.map(({ path }) => path.split("/")[0] ?? ""))];
  return domains.map((domain) => [
    domain,
    sorted.filter(({ path }) => path.startsWith(`${domain}/`)),
  ]);
}

/** The codes of a function's builder, then what its own docstring says. */
function throwsOf(docstrings: Docstrings, path: string, codes: string[]): string {
  const { throws = "", code } = docstringOf(docstrings, path);
  const codesIn = (text: string) => text.match(/`[A-Z]+(?:_[A-Z]+)*`/g) ?? [];
  const unknown = codesIn(throws).filter((name) => !codes.includes(name.slice(1, -1)));
  if (unknown.length > 0)
    throw new Error(`${path} throws ${unknown.join(", ")}, which is no code.`);
  const [builder = ""] = code.split("(");
  const ofBuilder = codesIn(docstrings.get(`lib/functions:${builder}`)?.summary ?? "");
  return [...ofBuilder.filter((name) => !throws.includes(name)), throws].filter(Boolean).join(", ");
}

/** Each route with the docstring of its handler, which has a name of its own in `convex/`. */
function httpSection({ http }: Spec, docstrings: Docstrings): string {
  const text = readFileSync(join(ROOT, "convex/http.ts"), "utf8");
  const routes = http.map(({ method, path }) => {
    const route = `path: "${path}", method: "${method}", handler: `;
    const handler = /^\w+/.exec(text.split(route)[1] ?? "")?.[0] ?? route;
    const [, docstring] = [...docstrings].find(([name]) => name.endsWith(`:${handler}`)) ?? [];
    if (docstring === undefined)
      throw new Error(`The handler of ${method} ${path} has no docstring.`);
    return `### \`${method} ${path}\`\n\n${docstring.summary}`;
  });
  return ["## HTTP", "On the deployment's site address.", ...routes].join("\n\n");
}

function limits(docstrings: Docstrings): string {
  const rows = [...docstrings].flatMap(([name, { summary, code }]) => {
    const [, constant] = name.split("lib/limits:");
    return constant === undefined ? [] : [`| \`${constant}\` | ${code} | ${summary} |`];
  });
  return `## Limits\n\nFrom \`convex/lib/limits.ts\`, which front ends may import.\n\n| constant | value | what |\n| --- | --- | --- |\n${rows.join("\n")}`;
}

/** The page with the shapes that it names, and those that they name. */
function withShapes(page: string, docstrings: Docstrings, shapes: Shape[]): string {
  const names = namesOf(shapes);
  let text = `${page}\n\n## Shapes`;
  const left = new Set(shapes.filter(({ source }) => source !== undefined));
  for (let before = ""; before !== text;) {
    before = text;
    for (const shape of left) {
      const { name, validator, source = "" } = shape;
      if (!new RegExp(`\\b${name}\\b`).test(text)) continue;
      left.delete(shape);
      const { summary, code } = docstringOf(docstrings, source);
      const [module = "", constant = ""] = source.split(":");
      const file = `convex/${module}.ts`;
      const comments = [...commentsIn(readFileSync(join(ROOT, file), "utf8")), ...commentsIn(code)];
      const type = writtenOut(validator, names, new Map(comments));
      text += `\n\n### ${name}\n\n${summary} (\`${constant}\` in \`${file}\`)\n\n\`\`\`ts\ntype ${name} = ${type};\n\`\`\``;
    }
  }
  return text;
}
