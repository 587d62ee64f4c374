import type { Project } from "../lib/types";
import { RenameForm } from "../projects/RenameForm";
import { StatusBadge } from "../projects/StatusBadge";
import { PageTitle } from "../ui/PageTitle";

type ProjectTitleProps = { project: Project; isRenaming: boolean; onRenamed: () => void };

/** Where one is, in the header: the project's name, or the field for another, and its status. */
export function ProjectTitle({ project, isRenaming, onRenamed }: ProjectTitleProps) {
  return (
    <>
      {isRenaming ? (
        <div className="min-w-0 flex-1">
          <RenameForm project={project} onDone={onRenamed} />
        </div>
      ) : (
        <PageTitle title={project.name} className="min-w-0 truncate" />
      )}
      <StatusBadge project={project} />
    </>
  );
}
