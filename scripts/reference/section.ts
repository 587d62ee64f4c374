/** The section of the README: what there is, by name; the page has the rest. */
import GithubSlugger from "github-slugger";
import type { Spec } from "../lib/function-spec.ts";
import { firstSentence } from "./docstrings.ts";
import { grouped } from "./grouped.ts";
import type { Sources } from "./sources.ts";

const BEGIN = "<!-- reference:begin (made by `bun run reference`) -->";
const END = "<!-- reference:end -->";

/** Where the page is, from the root. */
export const PAGE = "docs/functions.md";

/** Writes the section. */
export function readmeSection(spec: Spec, sources: Sources): string {
  const slugger = new GithubSlugger();
  const link = (heading: string, text = heading) =>
    `[\`${text}\`](${PAGE}#${slugger.slug(heading)})`;
  const modules = grouped(spec.functions, ({ path }) => path.split(":")[0] ?? "");
  const item = (module: string, links: string[]) =>
    `- **\`${module}\`**: ${firstSentence(sources.module(module))} ${links.join(", ")}`;
  const items = [...modules].map(([module, functions]) =>
    item(
      module,
      functions.map(({ path }) => link(path, path.split(":")[1])),
    ),
  );
  const routes = spec.http.map(({ method, path }) => link(`${method} ${path}`));
  return [
    `A front end calls them by path, such as \`api.projects.actions.create\`. Arguments, results, errors and shapes: [${PAGE}](${PAGE}).`,
    [...items, item("http", routes)].join("\n"),
  ].join("\n\n");
}

/**
 * Puts the section between the markers.
 *
 * @throws Error when the markers aren't there, once each and in order
 */
export function withSection(readme: string, section: string): string {
  const [before, inside, ...more] = readme.split(BEGIN);
  const [, after, ...others] = inside?.split(END) ?? [];
  if (before === undefined || after === undefined || more.length > 0 || others.length > 0) {
    throw new Error(`README.md must have "${BEGIN}" and then "${END}", once each.`);
  }
  return `${before}${BEGIN}\n\n${section}\n\n${END}${after}`;
}
