/** The pages, and their addresses. */

/** Where a person can be. */
export type Route =
  | { page: "projects" }
  | { page: "project"; projectId: string }
  | { page: "account" }
  | { page: "missing" };

/** The page at a path. */
export function parseRoute(path: string): Route {
  const [first, second, ...rest] = path.split("/").filter((part) => part !== "");
  if (first === undefined) return { page: "projects" };
  if (first === "account" && second === undefined) return { page: "account" };
  if (first === "projects" && second !== undefined && rest.length === 0) {
    return { page: "project", projectId: decoded(second) };
  }
  return { page: "missing" };
}

/** The path of a page. */
export function pathOf(route: Exclude<Route, { page: "missing" }>): string {
  switch (route.page) {
    case "projects":
      return "/";
    case "project":
      return `/projects/${encodeURIComponent(route.projectId)}`;
    case "account":
      return "/account";
  }
}

/** What Stripe's checkout came to, if the address says that a person comes from there. */
export function checkoutOutcome(search: string): "success" | "cancelled" | null {
  const outcome = new URLSearchParams(search).get("checkout");
  return outcome === "success" || outcome === "cancelled" ? outcome : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
