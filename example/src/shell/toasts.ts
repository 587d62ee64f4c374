/** Toasts. What shows them, sonner, is loaded with the first one: no page needs it before. */
import { useSyncExternalStore } from "react";
import type * as Sonner from "sonner";

type ToastOptions = Sonner.ExternalToast & {
  kind?: "message" | "loading" | "success" | "error";
};

let sonner: typeof Sonner | null = null;
const listeners = new Set<() => void>();

/** Shows a toast. One that can't be loaded, without a connection, is said by the browser. */
export async function showToast(
  message: string,
  { kind = "message", ...options }: ToastOptions = {},
): Promise<void> {
  const toast = await loadToast();
  if (toast !== null) toast[kind](message, options);
  else if (kind !== "loading") alert(message);
}

/** Takes a toast away, if it is there. */
export function dismissToast(id: string): void {
  sonner?.toast.dismiss(id);
}

/** Sonner's `toast`, which keeps toasts until its `Toaster` is on the page. Null when it can't be loaded. */
export async function loadToast(): Promise<typeof Sonner.toast | null> {
  try {
    sonner ??= await import("sonner");
  } catch {
    return null;
  }
  for (const listener of listeners) listener();
  return sonner.toast;
}

/** Sonner, once it is loaded. */
export function useSonner(): typeof Sonner | null {
  return useSyncExternalStore(subscribe, () => sonner);
}

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange);
  return () => listeners.delete(onChange);
}
