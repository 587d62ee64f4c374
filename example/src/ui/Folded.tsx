import { useMemo, useState, type ReactNode } from "react";
import { fold } from "../lib/fold";
import { text } from "../text";

type FoldedProps = {
  content: string;
  /** What of a long text is shown first: its start, or for a log its end. */
  keep?: "start" | "end";
  /** Shows even a long text whole, such as one that somebody watches being written. */
  isOpen?: boolean;
  children: (shown: string) => ReactNode;
};

/** A text of which, if it is long, a part is shown first, with a button for the rest. */
export function Folded({ content, keep = "start", isOpen = false, children }: FoldedProps) {
  const [showsAll, setShowsAll] = useState(isOpen);
  const folded = useMemo(() => fold(content, keep), [content, keep]);
  if (folded === null || isOpen) return children(content);
  const showRest =
    folded.hidden > 0 ? text.common.showMoreLines(folded.hidden) : text.common.showAll;
  const button = (
    <button
      type="button"
      aria-expanded={showsAll}
      onClick={() => setShowsAll(!showsAll)}
      className="block min-h-11 rounded-lg text-sm font-medium text-muted underline underline-offset-4 hover:text-ink"
    >
      {showsAll ? text.common.showLess : showRest}
    </button>
  );
  return (
    <>
      {keep === "end" && button}
      {children(showsAll ? content : folded.shown)}
      {keep === "start" && button}
    </>
  );
}
