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
      <ul className="divide-y divide-line rounded-2xl border border-line bg-surface">{children}</ul>
      {status !== "Exhausted" && (
        <Button tone="quiet" busy={status === "LoadingMore"} onClick={() => loadMore(perPage)}>
          Show more
        </Button>
      )}
    </>
  );
}

type LineProps = { when: string; what: ReactNode; amount: string; status: string };

/** One line of a bill. */
export function Line({ when, what, amount, status }: LineProps) {
  return (
    <li className="grid min-h-14 grid-cols-[1fr_auto] items-center gap-x-4 px-5 py-2 sm:grid-cols-[minmax(0,8rem)_minmax(0,1fr)_auto_minmax(0,6rem)]">
      <span className="text-sm text-muted">{when}</span>
      <span className="row-start-2 min-w-0 truncate sm:row-start-auto">{what}</span>
      <span className="text-right font-medium tabular-nums">{amount}</span>
      <span className="text-right text-sm text-muted">{status}</span>
    </li>
  );
}
