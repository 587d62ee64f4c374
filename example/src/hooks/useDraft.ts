import { useState } from "react";
import { useUser } from "../auth/user";
import { keepDraft, keptDraft } from "../lib/drafts";

/** Text that somebody is typing. */
export interface Draft {
  text: string;
  write: (text: string) => void;
  /** Keeps it no longer: it stays in its box, and a reload brings nothing back. */
  release: () => void;
}

/** Text that somebody is typing, kept under a name and for this person alone. */
export function useDraft(name: string): Draft {
  const key = `${useUser()._id}:${name}`;
  const [text, setText] = useState(() => keptDraft(key));
  const write = (next: string): void => {
    setText(next);
    keepDraft(key, next);
  };
  return { text, write, release: () => keepDraft(key, "") };
}
