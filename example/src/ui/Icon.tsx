/** Icons, as paths in a square of 24. */
const PATHS = {
  back: "M15 5l-7 7 7 7",
  pencil: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5",
  reload: "M19 8a8 8 0 1 0 1 6M20 4v5h-5",
  open: "M13 5h6v6M19 5l-9 9M10 5H5v14h14v-5",
  send: "M12 19V5M6 11l6-6 6 6",
  square: "M7 7h10v10H7z",
  down: "M12 5v14M6 13l6 6 6-6",
  fold: "M9.5 7l5 5-5 5",
  close: "M6 6l12 12M18 6L6 18",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon, hidden from screen readers: its button has a label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className="size-5 shrink-0"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
