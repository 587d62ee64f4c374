/** The colour theme: the system's, or one that somebody chose in this browser. */
import { useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "quaver:theme"; // `public/theme.js` reads it before the first paint
const CHANGED = "quaver:theme";

/** The chosen theme, live in every tab. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, readTheme);
}

/** Chooses a theme for all tabs of this browser. */
export function setTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  apply();
  dispatchEvent(new Event(CHANGED));
}

function readTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === stored) ?? "system";
}

function apply(): void {
  const theme = readTheme();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function subscribe(onChange: () => void): () => void {
  const change = (): void => {
    apply();
    onChange();
  };
  addEventListener(CHANGED, change);
  addEventListener("storage", change); // another tab's
  return () => {
    removeEventListener(CHANGED, change);
    removeEventListener("storage", change);
  };
}
