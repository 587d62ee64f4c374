import { Suspense, type ReactNode } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { EmptyState } from "./EmptyState";

/** A part of a page whose code is loaded when somebody opens it. Without a connection that may fail. */
export function LazyPart({ children }: { children: ReactNode }) {
  const failed = (
    <EmptyState title="This could not be loaded">
      <p>Check your connection, then reload the page.</p>
    </EmptyState>
  );
  return (
    <ErrorBoundary fallback={failed}>
      <Suspense fallback={<EmptyState loading title="Loading …" />}>{children}</Suspense>
    </ErrorBoundary>
  );
}
