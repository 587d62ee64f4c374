import type { ReactNode } from "react";
import { Staff } from "./Staff";

type EmptyProps = { title: string; playing?: boolean; children?: ReactNode };

/** A place where there is nothing yet: why, and what to do about it. */
export function Empty({ title, playing = false, children }: EmptyProps) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center">
      <Staff playing={playing} />
      <p className="text-lg font-semibold">{title}</p>
      {children && <div className="max-w-sm space-y-4 text-muted">{children}</div>}
    </div>
  );
}
