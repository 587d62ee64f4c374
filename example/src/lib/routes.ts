/** The pages and their paths. */

/** A page, with what its path says. */
export type Route =
  | { page: "projects" }
  | { page: "project"; projectId: string }
  | { page: "account" }
  | { page: "notFound" };

/** The page at a path. */
export function parseRoute(path: string): Route {
  const [first, second, ...rest] = path.split("/").filter((part) => part !== "");
  if (first === undefined) return { page: "projects" };
  if (first === "account" && second === undefined) return { page: "account" };
  if (first === "projects" && second !== undefined && rest.length === 0) {
    return { page: "project", projectId: decoded(second) };
  }
  return { page: "notFound" };
}

/** The path of a page. */
export function pathOf(route: Exclude<Route, { page: "notFound" }>): string {
  switch (route.page) {
    case "projects":
      return "/";
    case "project":
      return `/projects/${encodeURIComponent(route.projectId)}`;
    case "account":
      return "/account";
  }
}

/** How Stripe's checkout ended, by the query string of the URL that it returns to. */
export function checkoutResult(search: string): "success" | "cancelled" | null {
  const result = new URLSearchParams(search).get("checkout");
  return result === "success" || result === "cancelled" ? result : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
