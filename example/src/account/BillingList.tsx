import type { ReactNode } from "react";
import { Button } from "../ui/Button";
import { text } from "../text";

/** The state of `usePaginatedQuery`. */
interface Pages {
  status: "LoadingFirstPage" | "CanLoadMore" | "LoadingMore" | "Exhausted";
  loadMore: (count: number) => void;
}

type BillingListProps = { pages: Pages; perPage: number; empty: string; children: ReactNode[] };

/** A list of invoices or payments, or a text while there are none. */
export function BillingList({ pages, perPage, empty, children }: BillingListProps) {
  const { status, loadMore } = pages;
  if (children.length === 0) {
    return (
      <p className="text-muted">{status === "LoadingFirstPage" ? text.common.loading : empty}</p>
    );
  }
  return (
    <>
      <ul className="@container divide-y divide-line rounded-2xl border border-line bg-surface">
        {children}
      </ul>
      {status !== "Exhausted" && (
        <Button variant="quiet" busy={status === "LoadingMore"} onClick={() => loadMore(perPage)}>
          {text.common.showMore}
        </Button>
      )}
    </>
  );
}

type BillingRowProps = { when: string; what: ReactNode; amount: string; status: string };

/** An invoice or a payment, in one line where the container is wide enough. */
export function BillingRow({ when, what, amount, status }: BillingRowProps) {
  return (
    <li className="grid min-h-14 grid-cols-[1fr_auto] items-center gap-x-4 px-5 py-2 @lg:grid-cols-[8rem_1fr_auto_6rem]">
      <span className="text-sm text-muted">{when}</span>
      {/* `relative`, so that the screen reader's text inside is truncated too */}
      <span className="relative row-start-2 min-w-0 truncate @lg:row-start-auto">{what}</span>
      <span className="text-right font-medium tabular-nums">{amount}</span>
      <span className="text-right text-sm text-muted">{status}</span>
    </li>
  );
}
