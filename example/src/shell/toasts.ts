/** Toasts. What shows them, sonner, is loaded with the first one: no page needs it before. */
import type * as Sonner from "sonner";
import { shared, useShared } from "../hooks/shared";

type ToastOptions = Sonner.ExternalToast & {
  kind?: "message" | "loading" | "success" | "error";
};

const sonner = shared<typeof Sonner | null>(null);

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
  sonner.get()?.toast.dismiss(id);
}

/** Sonner's `toast`, which keeps toasts until its `Toaster` is on the page. Null when it can't be loaded. */
export async function loadToast(): Promise<typeof Sonner.toast | null> {
  try {
    const loaded = await import("sonner");
    if (sonner.get() === null) sonner.set(loaded);
    return loaded.toast;
  } catch {
    return null;
  }
}

/** Sonner, once it is loaded. */
export function useSonner(): typeof Sonner | null {
  return useShared(sonner);
}
