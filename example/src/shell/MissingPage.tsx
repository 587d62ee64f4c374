import { Empty } from "../ui/Empty";
import { Link } from "../ui/Link";
import { PageTitle } from "../ui/PageTitle";

/** An address that leads nowhere, or to what is gone. */
export function MissingPage({ what = "page" }: { what?: "page" | "project" }) {
  return (
    <main id="content" className="py-10">
      <PageTitle title={`No such ${what}`} className="sr-only" />
      <Empty title={`There is no such ${what}`}>
        <p>
          {what === "project"
            ? "It may have been deleted, it may be somebody else’s, or the address is mistyped."
            : "The address may be mistyped."}
        </p>
        <Link
          to="/"
          className="inline-flex min-h-11 items-center font-medium text-accent underline"
        >
          To your projects
        </Link>
      </Empty>
    </main>
  );
}
