import type { AnalyzedModule } from "../engine/analysis.ts";
import type { ModuleExports } from "../runtime/script.ts";
import { hasProperties, isRouter } from "../runtime/convex_exports.ts";
import { moduleRefusals } from "./refusals/modules.ts";

/** crates/common/src/types/actions.rs, `RoutableMethod`: HEAD is GET. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** The routes of `http.ts`. @throws PushError `InvalidModules` */
export function routesOf(exports: ModuleExports): AnalyzedModule["httpRoutes"] {
  if (!("default" in exports)) throw moduleRefusals.noRouter();
  const router = exports.default;
  if (!isRouter(router)) throw moduleRefusals.notARouter();
  const routes = routesFrom(router);
  return routes.map((route, index) => {
    if (typeof route !== "object" || route === null) {
      throw moduleRefusals.routes(`arr[${index}] is not an object`);
    }
    // Whatever it is, its first three elements are checked.
    const [path, method, handler] = [0, 1, 2].map((i): unknown => Reflect.get(route, i));
    if (typeof path !== "string") throw moduleRefusals.routes(`arr[${index}][0] is not a string`);
    if (typeof method !== "string") throw moduleRefusals.routes(`arr[${index}][1] is not a string`);
    if (!METHODS.has(method)) {
      throw moduleRefusals.routes(
        `'${method}' is not not a routable method (one of GET, POST, PUT, DELETE, PATCH, OPTIONS)`,
      );
    }
    if (!hasProperties(handler)) throw moduleRefusals.routes(`arr[${index}][2] not an HttpAction`);
    return { path, method: method === "HEAD" ? "GET" : method };
  });
}

function routesFrom(router: object): readonly unknown[] {
  const getRoutes: unknown = Reflect.get(router, "getRoutes");
  if (typeof getRoutes !== "function") {
    throw moduleRefusals.invalid(".getRoutes property on Router not found");
  }
  let routes: unknown;
  try {
    routes = Reflect.apply(getRoutes, undefined, []);
  } catch {
    throw moduleRefusals.routes("no value returned");
  }
  if (Array.isArray(routes)) return routes;
  throw moduleRefusals.routes("return value is not an array");
}
