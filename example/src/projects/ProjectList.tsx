import { usePaginatedQuery } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "@backend/_generated/api";
import { MAX_PROJECTS } from "@backend/lib/limits";
import type { Project } from "../lib/types";
import { text } from "../text";
import { EmptyState } from "../ui/EmptyState";
import { INPUT } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { LoadMore } from "../ui/LoadMore";
import { useIsDeleting } from "./deletions";
import { ProjectRow } from "./ProjectRow";

const PER_PAGE = 20;

/** From so many projects on, there is a field to search them. */
const SEARCHABLE = 6;

/** The user's projects, live, by last activity. Scrolling loads more; searching loads all. */
export function ProjectList() {
  const { results, status, loadMore } = usePaginatedQuery(
    api.projects.queries.pageForCurrentUser,
    {},
    { initialNumItems: PER_PAGE },
  );
  const [search, setSearch] = useState("");
  const query = search.trim().toLowerCase();
  const isDeleting = useIsDeleting();
  const now = useNow();
  const projects = results.filter(({ _id }) => !isDeleting(_id));
  const found = projects.filter((project) => matches(project, query));
  useEffect(() => {
    if (query !== "" && status === "CanLoadMore") loadMore(MAX_PROJECTS.pro);
  }, [query, status, loadMore]);
  return (
    <section aria-labelledby="your-projects" className="space-y-4">
      <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id="your-projects" tabIndex={-1} className="text-xl font-semibold">
          {text.projects.list}
        </h2>
        {projects.length >= SEARCHABLE && <SearchField value={search} onChange={setSearch} />}
      </div>
      {status === "LoadingFirstPage" && <Skeleton />}
      {found.length > 0 && (
        <ul className="divide-y divide-line rounded-2xl border border-line bg-surface">
          {found.map((project) => (
            <ProjectRow key={project._id} project={project} now={now} />
          ))}
        </ul>
      )}
      {projects.length === 0 && status === "Exhausted" && (
        <div className="rounded-2xl border border-dashed border-line">
          <EmptyState title={text.projects.empty}>
            <p>{text.projects.emptyAdvice}</p>
          </EmptyState>
        </div>
      )}
      {status === "CanLoadMore" && query === "" && <LoadMore onMore={() => loadMore(PER_PAGE)} />}
      <p role="status" className="text-center text-sm text-muted">
        {status === "LoadingMore" && text.common.loading}
        {found.length === 0 && projects.length > 0 && text.projects.noMatch(search.trim())}
      </p>
    </section>
  );
}

function matches({ name, prompt }: Project, query: string): boolean {
  return name.toLowerCase().includes(query) || prompt.toLowerCase().includes(query);
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <label className="relative w-full sm:w-64">
      <span className="sr-only">{text.projects.search}</span>
      <span className="absolute inset-y-0 left-3 flex items-center text-muted">
        <Icon name="search" className="size-4" />
      </span>
      <input
        type="search"
        value={value}
        placeholder={text.projects.search}
        onChange={(event) => onChange(event.target.value)}
        className={`${INPUT} min-h-11 pl-9`}
      />
    </label>
  );
}

/** The place of the list while it loads. */
function Skeleton() {
  return (
    <div role="status" className="divide-y divide-line rounded-2xl border border-line bg-surface">
      <span className="sr-only">{text.projects.loading}</span>
      {[1, 2, 3].map((row) => (
        <div key={row} className="flex animate-breathe items-center gap-4 px-4 py-4">
          <div className="size-10 rounded-xl bg-line" />
          <div className="flex-1 space-y-2">
            <div className="h-4 w-2/5 rounded bg-line" />
            <div className="h-3 w-3/5 rounded bg-line" />
          </div>
        </div>
      ))}
    </div>
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
