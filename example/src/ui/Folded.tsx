import { useMemo, useState, type ReactNode } from "react";
import { fold } from "../lib/fold";
import { plural } from "../lib/format";

type FoldedProps = {
  text: string;
  /** What of a long text is shown first: its start, or for a log its end. */
  keep?: "start" | "end";
  /** Shows even a long text whole, such as one that somebody watches being written. */
  isOpen?: boolean;
  children: (shown: string) => ReactNode;
};

/** A text of which, if it is long, a part is shown first, with a button for the rest. */
export function Folded({ text, keep = "start", isOpen = false, children }: FoldedProps) {
  const [showsAll, setShowsAll] = useState(isOpen);
  const folded = useMemo(() => fold(text, keep), [text, keep]);
  if (folded === null || isOpen) return children(text);
  const rest = folded.hidden > 0 ? ` (${plural(folded.hidden, "more line")})` : "";
  const button = (
    <button
      type="button"
      aria-expanded={showsAll}
      onClick={() => setShowsAll(!showsAll)}
      className="block min-h-11 rounded-lg text-sm font-medium text-muted underline underline-offset-4 hover:text-ink"
    >
      {showsAll ? "Show less" : `Show all${rest}`}
    </button>
  );
  return (
    <>
      {keep === "end" && button}
      {children(showsAll ? text : folded.shown)}
      {keep === "start" && button}
    </>
  );
}
