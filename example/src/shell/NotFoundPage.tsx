import { Link } from "wouter";
import { PATHS } from "../lib/routes";
import { text } from "../text";
import { EmptyState } from "../ui/EmptyState";
import { PageTitle } from "../ui/PageTitle";
import { Header } from "./Header";

const TEXTS = {
  page: { title: text.shell.pageNotFound, hint: text.shell.pageNotFoundAdvice },
  project: { title: text.shell.projectNotFound, hint: text.shell.projectNotFoundAdvice },
};

/** For a path that does not exist, or a project that is gone. */
export function NotFoundPage({ what = "page" }: { what?: keyof typeof TEXTS }) {
  const { title, hint } = TEXTS[what];
  return (
    <>
      <Header />
      <main id="content" className="grid flex-1 place-content-center pb-24">
        <PageTitle title={title} className="sr-only" />
        <EmptyState title={title}>
          <p>{hint}</p>
          <Link
            href={PATHS.projects}
            className="inline-flex min-h-11 items-center font-medium text-accent underline underline-offset-4"
          >
            {text.shell.goToProjects}
          </Link>
        </EmptyState>
      </main>
    </>
  );
}
