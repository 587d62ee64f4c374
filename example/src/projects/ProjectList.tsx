import { usePaginatedQuery } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import { EmptyState } from "../ui/EmptyState";
import { LoadMore } from "../ui/LoadMore";
import { ProjectRow } from "./ProjectRow";

const PER_PAGE = 20;

/** The user's projects, live, by last activity. Scrolling loads more. */
export function ProjectList() {
  const { results, status, loadMore } = usePaginatedQuery(
    api.projects.queries.pageForCurrentUser,
    {},
    { initialNumItems: PER_PAGE },
  );
  const now = useNow();
  const loading = status === "LoadingFirstPage" || status === "LoadingMore";
  return (
    <section aria-labelledby="your-projects" className="space-y-4">
      <h2 id="your-projects" tabIndex={-1} className="text-xl font-semibold">
        Your projects
      </h2>
      {results.length > 0 && (
        <ul className="divide-y divide-line rounded-2xl border border-line bg-surface">
          {results.map((project) => (
            <ProjectRow key={project._id} project={project} now={now} />
          ))}
        </ul>
      )}
      {results.length === 0 && status === "Exhausted" && (
        <div className="rounded-2xl border border-dashed border-line">
          <EmptyState title="Nothing here yet">
            <p>Write above what you would like. It appears here while it is being built.</p>
          </EmptyState>
        </div>
      )}
      {status === "CanLoadMore" && <LoadMore onMore={() => loadMore(PER_PAGE)} />}
      <p role="status" className="text-center text-sm text-muted">
        {loading && "Loading …"}
      </p>
    </section>
  );
}

const EVERY_MS = 30_000; // minutes are the smallest unit shown

/** The time, in ms since the epoch, renewed twice a minute. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
