import { lazy, Suspense } from "react";
import { ErrorBoundary } from "react-error-boundary";

const HighlightedCode = lazy(() => import("./HighlightedCode"));

const MAX_HIGHLIGHTED = 100_000; // characters; beyond that, colours would keep the page waiting

type CodeProps = { text: string; language: string | undefined };

/** A code, in colours if its language is known and it is not too long. What colours it is loaded when it is needed. */
export function Code({ text, language }: CodeProps) {
  if (language === undefined || text.length > MAX_HIGHLIGHTED) return <code>{text}</code>;
  return (
    <code>
      <ErrorBoundary fallback={text}>
        <Suspense fallback={text}>
          <HighlightedCode text={text} language={language} />
        </Suspense>
      </ErrorBoundary>
    </code>
  );
}
