import { useEffect } from "react";

/** Marks the field for prompts, which "/" focuses. */
export const PROMPT_FIELD = { "data-prompt-field": true };

/** "/" focuses the page's field for prompts, unless somebody is typing, or a dialog or a menu is open. */
export function usePromptKey(): void {
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || isCovered()) return;
      const field = document.querySelector<HTMLElement>("[data-prompt-field]");
      if (!field?.checkVisibility()) return;
      event.preventDefault();
      field.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
}

/** Whether a dialog or a menu is open, which takes the keys. */
export function isCovered(): boolean {
  return document.querySelector('dialog[open], [role="menu"]') !== null;
}

/** Whether a key was pressed in a field. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
