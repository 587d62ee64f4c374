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
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  folder: "M3.5 6h6l2 2.5h9V19h-17z",
  file: "M6 3.5h8l4.5 4.5v12.5H6zM13.5 4v4.5H18",
  dot: "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7",
  history: "M4.5 12a7.5 7.5 0 1 0 2.5-5.6L4.5 8.5M4.5 4v4.5H9M12 8v4.5l3 1.5",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

type IconProps = { name: IconName; className?: string };

/** An icon, hidden from screen readers: its button has a label. */
export function Icon({ name, className = "size-5" }: IconProps) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${className}`}
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
