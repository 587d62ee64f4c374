import { Header } from "../shell/Header";
import { NewProject } from "./NewProject";
import { ProjectList } from "./ProjectList";

/** The first page: the form for a new project, and the list. */
export function ProjectsPage() {
  return (
    <>
      <Header />
      <main
        id="content"
        className="mx-auto w-full max-w-3xl space-y-14 px-4 py-10 sm:px-6 sm:py-16"
      >
        <NewProject />
        <ProjectList />
      </main>
    </>
  );
}
