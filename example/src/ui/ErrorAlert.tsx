import type { ReactNode } from "react";
import { text } from "../text";

type ErrorAlertProps = {
  children: ReactNode;
  onRetry?: () => void;
  onDismiss?: () => void;
};

/** An error, announced to screen readers at once, with buttons to retry or dismiss. */
export function ErrorAlert({ children, onRetry, onDismiss }: ErrorAlertProps) {
  const action = "min-h-11 rounded-lg px-2 font-semibold underline underline-offset-4";
  return (
    <div
      role="alert"
      className="flex animate-arrive flex-wrap items-center gap-x-3 rounded-lg bg-danger-soft px-4 py-2 text-sm text-danger"
    >
      <p className="min-w-48 flex-1 py-1.5">{children}</p>
      {onRetry && (
        <button type="button" onClick={onRetry} className={action}>
          {text.common.tryAgain}
        </button>
      )}
      {onDismiss && (
        <button type="button" onClick={onDismiss} className={action}>
          {text.common.dismiss}
        </button>
      )}
    </div>
  );
}
