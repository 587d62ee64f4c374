import { useState } from "react";
import { Link } from "wouter";
import { formatAge } from "../lib/format";
import { projectPath } from "../lib/routes";
import type { Project } from "../lib/types";
import { text } from "../text";
import { Icon } from "../ui/Icon";
import { Menu, MenuItem } from "../ui/Menu";
import { useDeleteProject } from "./deletions";
import { ProjectMark } from "./ProjectMark";
import { RenameForm } from "./RenameForm";
import { StatusBadge } from "./StatusBadge";

/** A project in the list: a link to its page, and a menu to rename and delete it. */
export function ProjectRow({ project, now }: { project: Project; now: number }) {
  const [isRenaming, setIsRenaming] = useState(false);
  const deleteProject = useDeleteProject();
  return (
    <li className="group relative flex animate-arrive items-center gap-3 py-2.5 pr-2 pl-3 transition-colors first:rounded-t-2xl last:rounded-b-2xl hover:bg-accent-soft/50 sm:gap-4 sm:pl-4">
      <ProjectMark project={project} />
      <div className="min-w-0 flex-1 space-y-0.5">
        {isRenaming ? (
          <RenameForm project={project} onDone={() => setIsRenaming(false)} />
        ) : (
          <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
            <Link
              href={projectPath(project._id)}
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
        className="hidden text-sm text-muted sm:block"
      >
        {formatAge(project.lastActivityAt, now)}
      </time>
      <div className="relative">
        <Menu label={text.projects.actionsFor(project.name)} button={<Icon name="more" />}>
          <MenuItem icon="pencil" onSelect={() => setIsRenaming(true)}>
            {text.common.rename}
          </MenuItem>
          <MenuItem
            icon="bin"
            danger
            onSelect={() => {
              deleteProject(project);
              focusList(); // the row that has the focus is about to disappear
            }}
          >
            {text.common.delete}
          </MenuItem>
        </Menu>
      </div>
    </li>
  );
}

function focusList(): void {
  document.getElementById("your-projects")?.focus();
}
