import type { ReactNode } from "react";
import { Logo } from "./Logo";

/** The whole page while something loads, with what it waits for. */
export function Splash({ children }: { children: ReactNode }) {
  return (
    <main className="grid min-h-[80dvh] flex-1 place-content-center justify-items-center gap-4">
      <Logo className="size-10 animate-breathe text-accent" />
      <p role="status" className="text-muted">
        {children}
      </p>
    </main>
  );
}
