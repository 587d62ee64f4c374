/** The function reference: a page of its own, and a section of the README. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import type { Files } from "../generate/files.ts";
import { ROOT } from "../lib/convex-cli.ts";
import type { Spec } from "../lib/function-spec.ts";
import { readAnnotations } from "./annotations.ts";
import { functionsPage } from "./page.ts";
import { PAGE, readmeSection, withSection } from "./section.ts";
import { namingBy, readShapes } from "./shapes.ts";
import { Sources } from "./sources.ts";

/**
 * Makes the files that the reference consists of, as they should be.
 *
 * @throws Error naming what lacks a docstring, or throws a code that is none
 */
export async function makeReference(listed: Spec): Promise<Files> {
  const shapes = await readShapes();
  const annotations = readAnnotations([...new Set(shapes.map(({ file }) => file))]);
  const { nameOf, used } = namingBy(shapes);
  const errors = annotations.errorCodes();
  const sources = new Sources(errors.map(({ code }) => code));
  const spec = { ...listed, functions: sources.inOrder(listed.functions) };
  const page = functionsPage({ spec, sources, annotations, errors, nameOf, used });
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  return new Map([
    [PAGE, await formatted(PAGE, page)],
    ["README.md", await formatted("README.md", withSection(readme, readmeSection(spec, sources)))],
  ]);
}

async function formatted(path: string, text: string): Promise<string> {
  const filepath = join(ROOT, path);
  return await format(text, { ...(await resolveConfig(filepath)), filepath });
}
