import type { KeyboardEvent, PointerEvent } from "react";

type PaneDividerProps = {
  label: string;
  /** Width of the pane before it, in percent of both. */
  value: number;
  onChange: (value: number) => void;
};

/** Percent that each pane keeps. */
const MIN = 25;
const MAX = 75;

const STEP = 2;

/** The line between two panes, which can be dragged, and moved by the arrow keys. A double click takes it back. */
export function PaneDivider({ label, value, onChange }: PaneDividerProps) {
  const move = (to: number): void => onChange(Math.min(MAX, Math.max(MIN, to)));
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    const panes = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!panes || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    move(((event.clientX - panes.left) / panes.width) * 100);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to: Partial<Record<string, number>> = {
      ArrowLeft: value - STEP,
      ArrowRight: value + STEP,
      Home: MIN,
      End: MAX,
    };
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  };
  return (
    // A separator that can be moved is a control: https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- as above
    <div
      role="separator"
      aria-label={label}
      aria-orientation="vertical"
      aria-valuenow={Math.round(value)}
      aria-valuemin={MIN}
      aria-valuemax={MAX}
      // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- so that the keyboard can move it
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onDoubleClick={() => onChange(DEFAULT_SPLIT)}
      onKeyDown={onKeyDown}
      className="relative w-px cursor-col-resize touch-none bg-line before:absolute before:inset-y-0 before:-inset-x-1.5 before:z-10 hover:bg-accent active:bg-accent focus-visible:bg-accent"
    />
  );
}

/** Where the divider is first, in percent. */
export const DEFAULT_SPLIT = 40;
