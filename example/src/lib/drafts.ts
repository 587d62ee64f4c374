/** What somebody has typed, kept in this tab: a reload, or a sign-in that expires, does not lose it. */
const PREFIX = "quaver:draft:";

/** The text that is kept under a name; empty when there is none. */
export function keptDraft(name: string): string {
  return sessionStorage.getItem(PREFIX + name) ?? "";
}

/** Keeps a text under a name. An empty one is none. */
export function keepDraft(name: string, text: string): void {
  if (text === "") sessionStorage.removeItem(PREFIX + name);
  else sessionStorage.setItem(PREFIX + name, text);
}

/** Forgets what was typed: whoever signs out may leave the machine to someone else. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
