import { MAX_TABLES } from "../../limits/push.ts";
import type { Definition } from "../../engine/code/analysis.ts";
import { buildComponents, flattenComponents } from "../../engine/code/components.ts";
import type { PreparedPush } from "../../engine/code/activate_push.ts";
import { schemaErrors } from "../errors/schema.ts";

/**
 * Mounts a push's components. Those that were ever mounted keep their ids.
 *
 * @param ids - Of the components that were ever mounted, by path.
 * @throws PushError when they have too many tables in all
 */
export function mountComponents(
  definitions: Readonly<Record<string, Definition>>,
  environment: Readonly<Record<string, string>>,
  ids: ReadonlyMap<string, string>,
): PreparedPush["components"] {
  const root = buildComponents(new Map(Object.entries(definitions)), environment, (path) => {
    if (path === "") return "";
    return ids.get(path) ?? crypto.randomUUID().replaceAll("-", "");
  });
  const components = flattenComponents(root).map(({ id, path, definition }) => ({
    id,
    path,
    definition,
  }));
  const tables = components.reduce(
    (total, { definition }) => total + (definitions[definition]?.schema?.tables.length ?? 0),
    0,
  );
  if (tables > MAX_TABLES) throw schemaErrors.tooManyTables(MAX_TABLES);
  return components;
}
