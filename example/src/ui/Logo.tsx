/** The logo, a quaver. `example/public/quaver.svg` is the same drawing. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true" className={className}>
      <path d="M10.6 2h1.5c.5 3 2.3 4.4 4 6.2 2 2.1 2.9 4.5 1.5 8-.2.5-.8.3-.7-.2.5-3.6-1.4-5.9-4.8-6.6v8.9c0 2.1-2 3.7-4.3 3.7-2 0-3.4-1.1-3.4-2.7 0-2 2.1-3.5 4.3-3.5.7 0 1.4.1 1.9.4z" />
    </svg>
  );
}
