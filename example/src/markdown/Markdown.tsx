import { lazy, Suspense } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { PlainText } from "./PlainText";

const load = () => import("./MarkdownBlocks");
const MarkdownBlocks = lazy(load);

/** Loads what shows Markdown, ahead of the first text. */
export function preloadMarkdown(): void {
  load().catch(() => undefined); // it is loaded again when there is a text to show
}

type MarkdownProps = {
  text: string;
  /** More of it may follow. */
  isGrowing?: boolean;
};

/**
 * Markdown that somebody else has written, the agent, and so untrusted: its HTML is shown as text, its links lead to
 * the web and to mail alone, and nothing is loaded for it. What shows it is loaded when it is first needed; until then,
 * and if that fails, it is shown as it is written.
 */
export function Markdown({ text, isGrowing = false }: MarkdownProps) {
  const plain = <PlainText>{text.trim()}</PlainText>;
  return (
    <ErrorBoundary fallback={plain}>
      <Suspense fallback={plain}>
        <MarkdownBlocks text={text.trim()} isGrowing={isGrowing} />
      </Suspense>
    </ErrorBoundary>
  );
}
