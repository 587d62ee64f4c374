import type { ReactNode } from "react";
import { Button } from "../ui/Button";

/** A list with more to come, as `usePaginatedQuery` has it. */
interface Pages {
  status: "LoadingFirstPage" | "CanLoadMore" | "LoadingMore" | "Exhausted";
  loadMore: (count: number) => void;
}

type LinesProps = { pages: Pages; perPage: number; empty: string; children: ReactNode[] };

/** The lines of a bill, or what is said while there are none. */
export function Lines({ pages, perPage, empty, children }: LinesProps) {
  const { status, loadMore } = pages;
  if (children.length === 0) {
    return <p className="text-muted">{status === "LoadingFirstPage" ? "Loading …" : empty}</p>;
  }
  return (
    <>
      <ul className="@container divide-y divide-line rounded-2xl border border-line bg-surface">
        {children}
      </ul>
      {status !== "Exhausted" && (
        <Button tone="quiet" busy={status === "LoadingMore"} onClick={() => loadMore(perPage)}>
          Show more
        </Button>
      )}
    </>
  );
}

type LineProps = { when: string; what: ReactNode; amount: string; status: string };

/** One line of a bill: in one row where that fits, which depends on the size of the letters too. */
export function Line({ when, what, amount, status }: LineProps) {
  return (
    <li className="grid min-h-14 grid-cols-[1fr_auto] items-center gap-x-4 px-5 py-2 @lg:grid-cols-[8rem_1fr_auto_6rem]">
      <span className="text-sm text-muted">{when}</span>
      {/* `relative`: what is there for screen readers alone is cut off with the rest of a long name */}
      <span className="relative row-start-2 min-w-0 truncate @lg:row-start-auto">{what}</span>
      <span className="text-right font-medium tabular-nums">{amount}</span>
      <span className="text-right text-sm text-muted">{status}</span>
    </li>
  );
}
