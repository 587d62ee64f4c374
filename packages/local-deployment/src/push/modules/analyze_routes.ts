import type { AnalyzedModule } from "../../engine/code/analysis.ts";
import type { ModuleExports } from "../../runtime/modules/script.ts";
import { hasProperties, isRouter } from "../../runtime/modules/convex_exports.ts";
import { moduleErrors } from "../errors/modules.ts";

/** crates/common/src/types/actions.rs, `RoutableMethod`: HEAD is GET. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** The routes of `http.ts`. @throws PushError `InvalidModules` */
export function routesOf(exports: ModuleExports): AnalyzedModule["httpRoutes"] {
  if (!("default" in exports)) throw moduleErrors.noRouter();
  const router = exports.default;
  if (!isRouter(router)) throw moduleErrors.notARouter();
  const routes = routesFrom(router);
  return routes.map((route, index) => {
    if (typeof route !== "object" || route === null) {
      throw moduleErrors.routes(`arr[${index}] is not an object`);
    }
    // Whatever it is, its first three elements are checked.
    const [path, method, handler] = [0, 1, 2].map((i): unknown => Reflect.get(route, i));
    if (typeof path !== "string") throw moduleErrors.routes(`arr[${index}][0] is not a string`);
    if (typeof method !== "string") throw moduleErrors.routes(`arr[${index}][1] is not a string`);
    if (!METHODS.has(method)) {
      throw moduleErrors.routes(
        `'${method}' is not not a routable method (one of GET, POST, PUT, DELETE, PATCH, OPTIONS)`,
      );
    }
    if (!hasProperties(handler)) throw moduleErrors.routes(`arr[${index}][2] not an HttpAction`);
    return { path, method: method === "HEAD" ? "GET" : method };
  });
}

function routesFrom(router: object): readonly unknown[] {
  const getRoutes: unknown = Reflect.get(router, "getRoutes");
  if (typeof getRoutes !== "function") {
    throw moduleErrors.invalid(".getRoutes property on Router not found");
  }
  let routes: unknown;
  try {
    routes = Reflect.apply(getRoutes, undefined, []);
  } catch {
    throw moduleErrors.routes("no value returned");
  }
  if (Array.isArray(routes)) return routes;
  throw moduleErrors.routes("return value is not an array");
}
