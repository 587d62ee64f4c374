import { useEffect, useEffectEvent, useState } from "react";

const OPEN = "quaver:commands";

/** Opens the list of commands. */
export function openCommands(): void {
  dispatchEvent(new Event(OPEN));
}

/** The state of the list of commands: Ctrl+K (on a Mac Cmd+K) opens and closes it. */
export function useCommands() {
  const [isOpen, setIsOpen] = useState(false);
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    // Not over another dialog.
    if (isOpen || document.querySelector("dialog[open]") === null) setIsOpen(!isOpen);
  });
  useEffect(() => {
    const open = (): void => setIsOpen(true);
    addEventListener(OPEN, open);
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener(OPEN, open);
      removeEventListener("keydown", onKey);
    };
  }, []);
  return { isOpen, close: () => setIsOpen(false) };
}
