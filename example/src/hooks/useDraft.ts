import { useState } from "react";
import { useUser } from "../auth/user";
import { loadDraft, saveDraft } from "../lib/drafts";

/** Text that is being typed. */
export interface Draft {
  text: string;
  write: (text: string) => void;
  /** Writes a text that was sent before, unless another has been typed since. */
  restore: (text: string) => void;
  /** Deletes the stored copy: the text stays in its field, and a reload does not restore it. */
  discardStored: () => void;
}

/** Text that somebody is typing, stored under a name for this user. */
export function useDraft(name: string): Draft {
  const key = `${useUser()._id}:${name}`;
  const [text, setText] = useState(() => loadDraft(key));
  const write = (next: string): void => {
    setText(next);
    saveDraft(key, next);
  };
  // Asked when it is called, which may be long after it was rendered.
  const restore = (sent: string): void => {
    if (loadDraft(key) === "") write(sent);
  };
  return { text, write, restore, discardStored: () => saveDraft(key, "") };
}
