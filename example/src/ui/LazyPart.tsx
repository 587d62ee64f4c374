import { Suspense, type ReactNode } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { text } from "../text";
import { EmptyState } from "./EmptyState";

/** A part of a page whose code is loaded when somebody opens it. Without a connection that may fail. */
export function LazyPart({ children }: { children: ReactNode }) {
  const failed = (
    <EmptyState title={text.common.loadFailed}>
      <p>{text.common.loadFailedAdvice}</p>
    </EmptyState>
  );
  return (
    <ErrorBoundary fallback={failed}>
      <Suspense fallback={<EmptyState loading title={text.common.loading} />}>{children}</Suspense>
    </ErrorBoundary>
  );
}
