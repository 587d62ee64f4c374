import { useMemo, useSyncExternalStore } from "react";
import { parseRoute, type Route } from "../lib/routes";

/** The page that the address names, now and whenever it changes. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => parseRoute(path), [path]);
}

/** Goes to a path of this app. With `replace`, "back" does not lead here again. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate")); // the browser tells of "back" alone
}

let moved = false;
addEventListener("popstate", () => (moved = true));

/** For a change of pages that leaves the address as it is. */
export function countAsMove(): void {
  moved = true;
}

/** Whether the page has changed since the app was opened. */
export function hasMoved(): boolean {
  return moved;
}

function subscribe(onChange: () => void): () => void {
  addEventListener("popstate", onChange);
  return () => removeEventListener("popstate", onChange);
}
