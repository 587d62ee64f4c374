import type { ActiveCode } from "./code_store.ts";
import type { Component } from "./components.ts";
import type { HttpTarget } from "../protocol.ts";

/** The module that holds a component's HTTP router. */
export const HTTP_MODULE = "http.js";

/** Where requests to the site origin may go: the app's routes first, then mounted components'. */
export function httpTargets(code: ActiveCode): HttpTarget[] {
  return targetsOf(code, code.root, "");
}

function targetsOf(code: ActiveCode, component: Component, prefix: string): HttpTarget[] {
  const definition = code.definitions.get(component.definition);
  const routes = definition?.modules[HTTP_MODULE]?.httpRoutes;
  // The app's prefix is that of its own routes alone; a component's is where its parent mounts it.
  const ownPrefix = join(prefix, definition?.metadata.httpPrefix ?? "");
  const own = routes ? [{ component: component.id, prefix: ownPrefix, routes }] : [];
  const mounts = Object.entries(definition?.metadata.httpMounts ?? {});
  const mounted = mounts.flatMap(([mount, reference]) => {
    const child = component.children.get(reference.split("/").at(-1) ?? "");
    return child === undefined ? [] : targetsOf(code, child, join(prefix, mount));
  });
  return [...own, ...mounted];
}

function join(prefix: string, mount: string): string {
  const trimmed = mount.replace(/^\/+|\/+$/g, "");
  return trimmed === "" ? prefix : `${prefix}/${trimmed}`;
}
