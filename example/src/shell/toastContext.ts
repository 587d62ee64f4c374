import { createContext, use } from "react";

/** Shows a text; a `persistent` one stays until it is dismissed. */
export type ShowToast = (text: string, options?: { persistent?: boolean }) => void;

/** Provided by `Toasts`, around all pages. */
export const ToastContext = createContext<ShowToast>(() => undefined);

/** For what is no error: what has been done, what comes next. */
export function useToast(): ShowToast {
  return use(ToastContext);
}
