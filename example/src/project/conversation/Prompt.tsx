import type { ReactNode } from "react";

/** A prompt, as a bubble. */
export function Prompt({ children, faint = false }: { children: ReactNode; faint?: boolean }) {
  return (
    <div
      className={`ml-auto w-fit max-w-[88%] animate-arrive rounded-2xl rounded-br-md bg-accent-soft px-4 py-3 wrap-anywhere whitespace-pre-wrap ${faint ? "opacity-70" : ""}`}
    >
      <span className="sr-only">You: </span>
      {children}
    </div>
  );
}
