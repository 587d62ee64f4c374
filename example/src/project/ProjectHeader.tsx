import { navigate } from "../hooks/useRoute";
import { pathOf } from "../lib/routes";
import type { Project } from "../lib/types";
import { RemoveProject } from "../projects/RemoveProject";
import { RenameForm } from "../projects/RenameForm";
import { StatusBadge } from "../projects/StatusBadge";
import { useProjectAction } from "../projects/useProjectAction";
import { IconButton } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Link } from "../ui/Link";
import { PageTitle } from "../ui/PageTitle";
import { ProjectActions } from "./ProjectActions";

const PROJECTS = pathOf({ page: "projects" });

/** The top of a project's page: its name, its status, and its buttons. */
export function ProjectHeader({ project }: { project: Project }) {
  const { action, setAction, done, renameButton } = useProjectAction();
  return (
    <header className="relative flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-2 py-2 sm:px-5">
      <Link
        to={PROJECTS}
        aria-label="All projects"
        className="inline-flex size-11 items-center justify-center rounded-lg text-muted hover:text-ink"
      >
        <Icon name="back" />
      </Link>
      {action === "rename" && (
        <div className="min-w-0 flex-1">
          <RenameForm project={project} onDone={done} />
        </div>
      )}
      <div className={`flex min-w-48 flex-1 items-center ${action === "rename" ? "hidden" : ""}`}>
        <PageTitle title={project.name} className="min-w-0 truncate text-lg" />
        <IconButton
          ref={renameButton}
          icon="pencil"
          label="Rename"
          onClick={() => setAction("rename")}
        />
      </div>
      <div className="flex w-full flex-wrap items-center justify-between gap-2 pl-3 sm:w-auto sm:gap-4 sm:pl-0">
        <StatusBadge project={project} />
        <div className="flex flex-wrap items-center gap-2">
          <ProjectActions project={project} />
          <IconButton icon="bin" label="Delete" onClick={() => setAction("remove")} />
        </div>
      </div>
      {action === "remove" && (
        <RemoveProject
          project={project}
          onClose={done}
          onRemove={() => navigate(PROJECTS, { replace: true })}
        />
      )}
    </header>
  );
}
