import { useRef, useState } from "react";
import { flushSync } from "react-dom";

/** Renaming or removing a project, whichever is open: for its row in the list, and for its page. */
export function useProjectAction() {
  const [action, setAction] = useState<"rename" | "remove" | null>(null);
  const renameButton = useRef<HTMLButtonElement>(null);
  const done = (): void => {
    flushSync(() => setAction(null));
    // The field that had the focus is gone: focus the button that opened it.
    if (document.activeElement === document.body) renameButton.current?.focus();
  };
  return { action, setAction, done, renameButton };
}
