import type { ReactNode } from "react";
import { Mark } from "./Mark";

/** The page while there is nothing to show yet, and why. */
export function Splash({ children }: { children: ReactNode }) {
  return (
    <main className="grid flex-1 place-content-center justify-items-center gap-4">
      <Mark className="size-10 animate-breathe text-accent" />
      <p role="status" className="text-muted">
        {children}
      </p>
    </main>
  );
}
