/** docs/functions.md: everything about each function, the shapes they share, and the errors. */
import type { PublicFunction, Spec } from "../lib/function-spec.ts";
import { grouped } from "./grouped.ts";
import type { Annotations, ErrorCode } from "./annotations.ts";
import type { Shape } from "./shapes.ts";
import type { Sources } from "./sources.ts";
import { annotatedType, typeText, type NameOf } from "./types.ts";

/** What the page is made from. */
export interface Material {
  spec: Spec;
  sources: Sources;
  annotations: Annotations;
  errors: ErrorCode[];
  nameOf: NameOf;
  /** The shapes that `nameOf` has named so far. */
  used: ReadonlySet<Shape>;
}

const INTRODUCTION = `<!-- Made by \`bun run reference\`, from what \`npx convex function-spec\` says and from the docstrings of convex/. Edit those. -->

# Functions

What a front end can call: \`useQuery(api.projects.queries.getById, { projectId })\`, and so on for each path. A query is live. Each refusal is a \`ConvexError\` whose \`data\` has one of the [codes](#error-codes) and a \`message\` for people; \`isQuaverError\` (\`convex/lib/errors.ts\`) tells it from any other. \`Id\` is that of \`convex/_generated/dataModel\`, \`PaginationOptions\` and \`PaginationResult\` are those of \`convex/server\`, for \`usePaginatedQuery\`; what else has a name is under [shapes](#shapes).`;

/** Writes the page. */
export function functionsPage(material: Material): string {
  const domains = grouped(material.spec.functions, ({ path }) => path.split("/")[0] ?? "");
  const functions = [...domains].map(([domain, members]) =>
    [`## ${domain}`, ...members.map((member) => entry(member, material))].join("\n\n"),
  );
  const parts = [INTRODUCTION, ...functions, http(material), errorCodes(material)];
  // Last: by now it is known which are used.
  return [...parts, shapes(material)].join("\n\n");
}

function entry(
  { path, kind, args, returns }: PublicFunction,
  { sources, nameOf }: Material,
): string {
  const docstring = sources.function(path);
  const takes =
    args.type === "object" && Object.keys(args.value).length === 0
      ? "nothing"
      : code(typeText(args, nameOf));
  const answer = code(typeText(returns, nameOf));
  const lines = [
    `- takes ${takes}`,
    `- returns ${answer}${docstring.returns === undefined ? "" : `: ${docstring.returns}`}`,
    ...(docstring.throws === undefined ? [] : [`- refuses with ${docstring.throws}`]),
  ];
  return `### \`${path}\`\n\n_${kind}._ ${docstring.summary}\n\n${lines.join("\n")}`;
}

function http({ spec, sources }: Material): string {
  const routes = spec.http.map(
    (route) => `### \`${route.method} ${route.path}\`\n\n${sources.route(route)}`,
  );
  return ["## HTTP", "On the deployment's site address.", ...routes].join("\n\n");
}

function errorCodes({ errors, nameOf }: Material): string {
  const rows = errors.map(({ code: name, comment, carries }) => {
    const fields = carries
      .map(([field, type]) => code(`${field}: ${typeText(type, nameOf)}`))
      .join(", ");
    return `| ${code(name)} | ${cell(comment)} | ${cell(fields)} |`;
  });
  const head = "| code | means | carries, beside `message` |\n| --- | --- | --- |";
  return `## Error codes\n\nThe closed list, from \`convex/lib/errors.ts\`.\n\n${head}\n${rows.join("\n")}`;
}

function shapes({ annotations, nameOf, used }: Material): string {
  const written: string[] = ["## Shapes"];
  // Writing one may name others, which then come later: a set is read in the order it grows.
  for (const shape of used) {
    const { name, file, constant } = shape;
    const docstring = annotations.docstring(file, constant);
    const type = annotatedType(shape.validator, nameOf, annotations.ofValidator(file, constant));
    written.push(
      `### ${name}\n\n${docstring} (\`${constant}\` in \`${file}\`)\n\n\`\`\`ts\ntype ${name} = ${type};\n\`\`\``,
    );
  }
  return written.join("\n\n");
}

/** A cell of a table may not hold a bar. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function code(text: string): string {
  return `\`${text}\``;
}
