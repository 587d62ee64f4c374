import { formatAge } from "../lib/format";
import { pathOf } from "../lib/routes";
import type { Project } from "../lib/types";
import { IconButton } from "../ui/Button";
import { Link } from "../ui/Link";
import { RemoveProject } from "./RemoveProject";
import { RenameForm } from "./RenameForm";
import { StatusBadge } from "./StatusBadge";
import { useProjectAction } from "./useProjectAction";

/** A project in the list: a link to its page, and buttons to rename and delete it. */
export function ProjectRow({ project, now }: { project: Project; now: number }) {
  const { action, setAction, done, renameButton } = useProjectAction();
  return (
    <li className="group relative flex animate-arrive items-start gap-2 py-2.5 pr-2 pl-4 transition-colors first:rounded-t-2xl last:rounded-b-2xl hover:bg-accent-soft/50 sm:pl-5">
      <div className="min-w-0 flex-1 space-y-1 py-1">
        {action === "rename" ? (
          <RenameForm project={project} onDone={done} />
        ) : (
          <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
            <Link
              to={pathOf({ page: "project", projectId: project._id })}
              className="min-w-0 max-w-full truncate rounded font-semibold after:absolute after:inset-0"
            >
              {project.name}
            </Link>
            <StatusBadge project={project} />
          </div>
        )}
        <p className="line-clamp-1 text-sm text-muted">
          {project.status === "failed" ? project.failure?.reason : project.prompt}
        </p>
      </div>
      <time
        dateTime={new Date(project.lastActivityAt).toISOString()}
        className="hidden py-3 text-sm text-muted sm:block"
      >
        {formatAge(project.lastActivityAt, now)}
      </time>
      <div className="relative flex">
        <IconButton
          ref={renameButton}
          icon="pencil"
          label={`Rename ${project.name}`}
          onClick={() => setAction("rename")}
        />
        <IconButton
          icon="bin"
          label={`Delete ${project.name}`}
          onClick={() => setAction("remove")}
        />
      </div>
      {action === "remove" && (
        <RemoveProject project={project} onClose={done} onRemove={focusList} />
      )}
    </li>
  );
}

/** For when the row that has the focus is about to disappear. */
function focusList(): void {
  document.getElementById("your-projects")?.focus();
}
