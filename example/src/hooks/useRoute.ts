import { useMemo, useSyncExternalStore } from "react";
import { parseRoute, type Route } from "../lib/routes";

/** The route of the current path. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => parseRoute(path), [path]);
}

/** Goes to a path of this app; `replace` leaves the current page out of the history. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate")); // the browser itself sends it only for back and forward
}

let navigated = false;
addEventListener("popstate", () => (navigated = true));

/** Counts as a navigation, though the path stays the same. */
export function markNavigated(): void {
  navigated = true;
}

/** Whether there was a navigation since the app was opened. */
export function hasNavigated(): boolean {
  return navigated;
}

function subscribe(onChange: () => void): () => void {
  addEventListener("popstate", onChange);
  return () => removeEventListener("popstate", onChange);
}
