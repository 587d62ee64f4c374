import { colourProperties } from "./colours.ts";
import type { Design } from "./design.ts";

const TYPEFACES = {
  sans: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  serif: '"Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif',
  mono: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
};

const CORNERS = [0, 6, 14, 22, 30]; // pixels, from the sharpest
const CONTROL_CORNERS = [0, 4, 10, 16, 99];

/** The whole of `style.css`. */
export function styleFor(design: Design): string {
  const { app, colour, scheme, typeface, size, titleSize, corners } = design;
  return `:root {
  color-scheme: ${scheme};
${colourProperties(colour)}
  --radius: ${CORNERS[corners + 2] ?? 14}px;
  --control-radius: ${CONTROL_CORNERS[corners + 2] ?? 10}px;
  --title-scale: ${1 + titleSize * 0.2};
  font: ${100 + size * 12.5}%/1.55 ${TYPEFACES[typeface]};
}

${SHARED.trim()}

${app.style.trim()}
`;
}

/** What all the apps' styles share. */
const SHARED = `
*, ::before, ::after { box-sizing: border-box; }

body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  color: var(--ink);
  background: var(--ground);
  overflow-wrap: anywhere;
  -webkit-font-smoothing: antialiased;
}

main {
  width: 100%;
  max-width: var(--width, 42rem);
  margin: 0 auto;
  padding: clamp(2rem, 7vw, 4.5rem) clamp(1.1rem, 5vw, 2rem) 2.5rem;
}

h1, h2, h3 { line-height: 1.15; letter-spacing: -0.02em; text-wrap: balance; margin: 0; }
h1 { font-size: calc(clamp(2rem, 6vw, 2.9rem) * var(--title-scale)); font-weight: 750; }
h2 { font-size: 1.2rem; font-weight: 650; }
p { margin: 0; }

.heading { margin-bottom: 2rem; }
.heading .label { margin-bottom: 0.5rem; }
.heading .lead { margin-top: 0.75rem; color: var(--muted); font-size: 1.05rem; text-wrap: pretty; }
.label { font-size: 0.85rem; font-weight: 650; color: var(--accent-ink); }
.muted { color: var(--muted); }
.card {
  background: var(--surface);
  border: 1px solid var(--line);
  border-radius: var(--radius);
  box-shadow: 0 1px 2px rgb(0 0 0 / 4%), 0 8px 24px -12px rgb(0 0 0 / 10%);
}
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap;
}

button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button {
  min-height: 2.75rem;
  padding: 0.5rem 1.15rem;
  border: 1px solid transparent;
  border-radius: var(--control-radius);
  font-weight: 600;
  cursor: pointer;
  flex: none;
  overflow-wrap: normal;
  touch-action: manipulation;
  transition: background-color 120ms, border-color 120ms, transform 120ms;
}
button:active { transform: translateY(1px); }
.primary { color: var(--on-accent); background: var(--accent); }
.primary:hover { background: color-mix(in oklab, var(--accent), var(--ink) 12%); }
.soft { color: var(--accent-ink); background: var(--accent-soft); }
.soft:hover { background: color-mix(in oklab, var(--accent-soft), var(--accent) 16%); }
.quiet { color: var(--muted); background: transparent; border-color: var(--line); }
.quiet:hover { color: var(--ink); border-color: var(--field); }
.icon {
  display: inline-grid; place-items: center; flex: none;
  width: 2.75rem; padding: 0; color: var(--muted); background: transparent;
}
.icon:hover { color: var(--ink); background: var(--accent-soft); }
.icon svg { width: 1.15rem; height: 1.15rem; }

label, .fieldname { font-size: 0.9rem; font-weight: 600; }
input:not([type="checkbox"], [type="radio"]), select, textarea {
  width: 100%;
  min-width: 0;
  min-height: 2.75rem;
  padding: 0.5rem 0.8rem;
  background: var(--surface);
  border: 1px solid var(--field);
  border-radius: var(--control-radius);
}
textarea { resize: vertical; }
::placeholder { color: var(--muted); opacity: 1; }
input[type="checkbox"], input[type="radio"] {
  flex: none; width: 1.35rem; height: 1.35rem; margin: 0; accent-color: var(--accent);
}
.field { display: grid; gap: 0.35rem; min-width: 0; }
.row { display: flex; gap: 0.6rem; align-items: center; flex-wrap: wrap; }
:focus-visible { outline: 3px solid var(--accent-ink); outline-offset: 2px; }

.segments { display: inline-flex; padding: 0.25rem; gap: 0.25rem; background: var(--accent-soft); border-radius: calc(var(--control-radius) + 0.25rem); }
.segments button { min-height: 2.25rem; padding: 0.25rem 0.9rem; color: var(--accent-ink); background: transparent; font-size: 0.92rem; }
.segments button[aria-pressed="true"] { color: var(--ink); background: var(--surface); box-shadow: 0 1px 3px rgb(0 0 0 / 14%); }

.notes, .made { width: 100%; max-width: var(--width, 42rem); margin: 0 auto; padding: 0 clamp(1.1rem, 5vw, 2rem); }
.notes { margin-bottom: 2rem; }
.notes h2 { font-size: 0.95rem; }
.notes ul { margin: 0.6rem 0 0; padding: 0; list-style: none; display: grid; gap: 0.5rem; }
.notes li { padding: 0.7rem 0.9rem; border-left: 3px solid var(--accent); background: var(--accent-soft); border-radius: 0 var(--control-radius) var(--control-radius) 0; white-space: pre-wrap; }
.made {
  margin-top: auto; padding-block: 1rem 1.75rem;
  display: flex; gap: 1rem; align-items: center; justify-content: space-between; flex-wrap: wrap;
  font-size: 0.82rem; color: var(--muted);
}

@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { transition: none !important; animation: none !important; }
}
@media print {
  :root { color-scheme: light; }
  body { background: none; }
  .notes, .made, button { display: none !important; }
}
`;
