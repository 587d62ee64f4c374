import { useEffect, useState, type ReactNode } from "react";
import { IconButton } from "../ui/Button";
import { ToastContext, type ShowToast } from "./toastContext";

const SHOWN_MS = 8000;

/** Shows the latest toast at the bottom of the page, and announces it to screen readers. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<{ text: string; persistent: boolean } | null>(null);
  const [showToast] = useState(
    (): ShowToast =>
      (text, { persistent = false } = {}) =>
        setToast({ text, persistent }),
  );
  useEffect(() => {
    if (toast === null || toast.persistent) return;
    const timer = setTimeout(() => setToast(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <ToastContext value={showToast}>
      {children}
      <div role="status" className="fixed inset-x-4 bottom-4 z-30 flex justify-center">
        {toast && (
          <div className="flex animate-arrive items-center gap-2 rounded-xl bg-ink py-1 pr-1 pl-4 text-sm text-paper shadow-lift">
            <p className="min-w-0 wrap-anywhere">{toast.text}</p>
            <IconButton
              icon="close"
              label="Dismiss"
              className="text-paper enabled:hover:bg-paper/15 enabled:hover:text-paper"
              onClick={() => setToast(null)}
            />
          </div>
        )}
      </div>
    </ToastContext>
  );
}
