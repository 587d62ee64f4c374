import { usePaginatedQuery } from "convex/react";
import { api } from "@backend/_generated/api";
import { useNow } from "../hooks/useNow";
import { Empty } from "../ui/Empty";
import { More } from "../ui/More";
import { ProjectRow } from "./ProjectRow";

const PER_PAGE = 20;

/** The person's projects, newest first, as they are at every moment. More come as one scrolls. */
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
          <Empty title="Nothing here yet">
            <p>Write above what you would like. It appears here while it is being built.</p>
          </Empty>
        </div>
      )}
      {status === "CanLoadMore" && <More onMore={() => loadMore(PER_PAGE)} />}
      <p role="status" className="text-center text-sm text-muted">
        {loading && "Loading …"}
      </p>
    </section>
  );
}
