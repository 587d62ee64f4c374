/** Toasts. What shows them, sonner, is loaded with the first one: no page needs it before. */
import { useSyncExternalStore } from "react";
import type * as Sonner from "sonner";

let sonner: typeof Sonner | null = null;
const listeners = new Set<() => void>();

/**
 * Shows a toast, or dismisses one, by sonner's `toast`.
 * @param otherwise - when it can't be loaded, which needs a connection once
 */
export async function withToast(
  show: (toast: typeof Sonner.toast) => void,
  otherwise: () => void = () => undefined,
): Promise<void> {
  try {
    sonner ??= await import("sonner");
  } catch {
    otherwise();
    return;
  }
  for (const listener of listeners) listener();
  show(sonner.toast); // it keeps those that are made before its `Toaster` is on the page
}

/** Sonner, once it is loaded. */
export function useSonner(): typeof Sonner | null {
  return useSyncExternalStore(subscribe, () => sonner);
}

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
}
