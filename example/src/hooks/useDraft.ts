import { useState } from "react";
import { useUser } from "../auth/user";

const PREFIX = "quaver:draft:";

/**
 * Text that somebody is typing. It is kept in this tab, under a name and for this person alone: a
 * reload, or a sign-in that has expired, does not lose it.
 */
export function useDraft(name: string): [text: string, setText: (text: string) => void] {
  const key = `${PREFIX}${useUser()._id}:${name}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? "");
  const keep = (next: string): void => {
    setText(next);
    if (next === "") sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, next);
  };
  return [text, keep];
}

/** Forgets what was typed: whoever signs out may leave the machine to someone else. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
