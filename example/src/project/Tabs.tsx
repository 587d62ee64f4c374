import type { KeyboardEvent } from "react";
import { text } from "../text";

/** A part of a project's page. */
export type Tab = keyof typeof text.project.tabs;

/** Which tab a key goes to, from the one at `index` of `count`; null for a key that goes to none. */
function tabAfter(key: string, index: number, count: number): number | null {
  switch (key) {
    case "ArrowLeft":
      return (index + count - 1) % count;
    case "ArrowRight":
      return (index + 1) % count;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

type TabsProps = {
  tabs: readonly Tab[];
  selected: Tab;
  /** One that has changed since it was last shown. */
  updated?: Tab | undefined;
  onChange: (tab: Tab) => void;
  /** On the whole width, as on a phone. */
  isWide?: boolean;
};

/** The tabs of a project's page. The arrow keys switch between them. */
export function Tabs({ tabs, selected, updated, onChange, isWide = false }: TabsProps) {
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const at = tabAfter(event.key, tabs.indexOf(selected), tabs.length);
    const tab = at === null ? undefined : tabs[at];
    if (tab === undefined) return;
    event.preventDefault();
    onChange(tab);
    document.getElementById(`tab-${tab}`)?.focus();
  };
  return (
    <div
      role="tablist"
      aria-label={text.project.views}
      className="flex border-b border-line lg:px-2"
    >
      {tabs.map((tab) => (
        <button
          key={tab}
          id={`tab-${tab}`}
          type="button"
          role="tab"
          aria-selected={selected === tab}
          aria-controls={`panel-${tab}`}
          tabIndex={selected === tab ? 0 : -1}
          onClick={() => onChange(tab)}
          onKeyDown={move}
          className={`min-h-11 border-b-2 border-transparent px-4 text-sm font-medium text-muted hover:text-ink focus-visible:-outline-offset-4 aria-selected:border-accent aria-selected:text-ink ${isWide ? "flex-1" : ""}`}
        >
          {text.project.tabs[tab]}
          {tab === updated && (
            <span className="ml-1.5 inline-block size-2 animate-arrive rounded-full bg-accent">
              <span className="sr-only">{text.project.updated}</span>
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
