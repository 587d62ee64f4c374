/** The pages' paths. */

/** The pages, as patterns for wouter's `Route`. */
export const PATHS = {
  projects: "/",
  project: "/projects/:projectId",
  account: "/account",
} as const;

/** The path of a project's page. */
export function projectPath(projectId: string): string {
  return `/projects/${encodeURIComponent(projectId)}`;
}

/** How Stripe's checkout ended, by the query string of the URL that it returns to. */
export function checkoutResult(search: string): "success" | "cancelled" | null {
  const result = new URLSearchParams(search).get("checkout");
  return result === "success" || result === "cancelled" ? result : null;
}
