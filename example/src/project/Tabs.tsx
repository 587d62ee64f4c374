import type { KeyboardEvent } from "react";

/** A part of a project's page. */
export type Tab = "conversation" | "preview";

const TABS: [Tab, string][] = [
  ["conversation", "Conversation"],
  ["preview", "Preview"],
];

/** The tabs of a project's page on a small screen. The arrow keys switch between them. */
export function Tabs({ tab, onChange }: { tab: Tab; onChange: (tab: Tab) => void }) {
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tab === "conversation" ? "preview" : "conversation";
    onChange(other);
    document.getElementById(`tab-${other}`)?.focus();
  };
  return (
    <div
      role="tablist"
      aria-label="Parts of the project"
      className="flex border-b border-line lg:hidden"
    >
      {TABS.map(([name, label]) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={tab === name}
          aria-controls={`panel-${name}`}
          tabIndex={tab === name ? 0 : -1}
          onClick={() => onChange(name)}
          onKeyDown={move}
          className="min-h-11 flex-1 border-b-2 border-transparent text-sm font-medium text-muted aria-selected:border-accent aria-selected:text-ink focus-visible:-outline-offset-4"
        >
          {label}
        </button>
      ))}
    </div>
  );
}
