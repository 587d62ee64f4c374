import { useRef, useState } from "react";
import { flushSync } from "react-dom";

/** What somebody is about to do to a project: from its row in the list, or from its own page. */
export function useDoing() {
  const [doing, setDoing] = useState<"rename" | "remove" | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const done = (): void => {
    flushSync(() => setDoing(null));
    // The field that had the focus is gone: it goes back to where it came from.
    if (document.activeElement === document.body) pencil.current?.focus();
  };
  return { doing, setDoing, done, pencil };
}
