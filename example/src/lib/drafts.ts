/** Typed text in sessionStorage: a reload or an expired sign-in does not lose it. */
const PREFIX = "quaver:draft:";

/** The text stored under a name; empty when there is none. */
export function loadDraft(name: string): string {
  return sessionStorage.getItem(PREFIX + name) ?? "";
}

/** Stores a text under a name; an empty one deletes it. */
export function saveDraft(name: string, text: string): void {
  if (text === "") sessionStorage.removeItem(PREFIX + name);
  else sessionStorage.setItem(PREFIX + name, text);
}

/** Deletes all drafts, at sign-out: somebody else may use the machine next. */
export function clearDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
