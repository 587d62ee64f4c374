import type { ReactNode } from "react";

type ScrollableProps = { label: string; className?: string; children: ReactNode };

/** A box that may be wider or higher than there is room for. The keyboard can scroll it. */
export function Scrollable({ label, className = "", children }: ScrollableProps) {
  return (
    <div
      role="group"
      aria-label={label}
      // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- so that the keyboard can scroll it
      tabIndex={0}
      className={`overflow-auto focus-visible:-outline-offset-2 ${className}`}
    >
      {children}
    </div>
  );
}
