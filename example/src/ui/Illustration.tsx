/** Quavers on a staff, for empty states; animated while something loads. */
export function Illustration({ loading = false }: { loading?: boolean }) {
  return (
    <svg viewBox="0 0 200 64" fill="none" aria-hidden="true" className="h-16 w-50 max-w-full">
      {[12, 22, 32, 42, 52].map((y) => (
        <path key={y} d={`M0 ${y}h200`} className="stroke-line" />
      ))}
      {PAIRS.map(([first, second], index) => (
        <g
          key={first.x}
          className={loading ? "animate-breathe text-accent" : "text-edge"}
          style={{ animationDelay: `${index * 0.5}s` }}
        >
          <Note {...first} />
          <Note {...second} />
          <path d={beam(first, second)} className="fill-current" />
        </g>
      ))}
    </svg>
  );
}

interface NotePosition {
  x: number;
  y: number;
}

const STEM = 27;

const PAIRS: [NotePosition, NotePosition][] = [
  [
    { x: 34, y: 52 },
    { x: 66, y: 47 },
  ],
  [
    { x: 112, y: 47 },
    { x: 144, y: 37 },
  ],
];

function Note({ x, y }: NotePosition) {
  return (
    <>
      <ellipse
        cx={x}
        cy={y}
        rx="6"
        ry="4.2"
        transform={`rotate(-20 ${x} ${y})`}
        className="fill-current"
      />
      <path d={`M${x + 5} ${y - 1}V${y - STEM}`} strokeWidth="1.6" className="stroke-current" />
    </>
  );
}

/** The beam that joins the stems of two notes. */
function beam(from: NotePosition, to: NotePosition): string {
  const [x1, y1, x2, y2] = [from.x + 4.2, from.y - STEM, to.x + 5.8, to.y - STEM];
  return `M${x1} ${y1}L${x2} ${y2}v5L${x1} ${y1 + 5}z`;
}
