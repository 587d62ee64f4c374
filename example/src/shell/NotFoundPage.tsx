import { pathOf } from "../lib/routes";
import { EmptyState } from "../ui/EmptyState";
import { Link } from "../ui/Link";
import { PageTitle } from "../ui/PageTitle";

/** For a path that does not exist, or a project that is gone. */
export function NotFoundPage({ what = "page" }: { what?: "page" | "project" }) {
  return (
    <main id="content" className="py-10">
      <PageTitle title={`No such ${what}`} className="sr-only" />
      <EmptyState title={`There is no such ${what}`}>
        <p>
          {what === "project"
            ? "It may have been deleted, it may be somebody else’s, or the address is mistyped."
            : "The address may be mistyped."}
        </p>
        <Link
          to={pathOf({ page: "projects" })}
          className="inline-flex min-h-11 items-center font-medium text-accent underline"
        >
          To your projects
        </Link>
      </EmptyState>
    </main>
  );
}
