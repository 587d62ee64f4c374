import type { ReactNode } from "react";
import { Illustration } from "./Illustration";

type EmptyStateProps = { title: string; loading?: boolean; children?: ReactNode };

/** Shown where there is nothing yet: why, and what to do about it. */
export function EmptyState({ title, loading = false, children }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-14 text-center">
      <Illustration loading={loading} />
      <p className="text-lg font-semibold">{title}</p>
      {children && <div className="max-w-sm space-y-4 text-muted">{children}</div>}
    </div>
  );
}
