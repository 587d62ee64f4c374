import { useAction } from "convex/react";
import { useState } from "react";
import { api } from "@backend/_generated/api";
import type { Project } from "../lib/types";
import { text } from "../text";
import { IconButton } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { FileView } from "./FileView";
import { Folder } from "./Folder";

type FilesPanelProps = {
  project: Project;
  /** Changes when the files may have: they are then read again. */
  revision: number;
};

/**
 * The app's files, to be read: the tree, and the file that is open. Where there is little room, one of them. The default
 * export of a module that is loaded when somebody looks at the files.
 */
export default function FilesPanel({ project, revision }: FilesPanelProps) {
  const running = project.status === "ready" || project.status === "generating";
  if (running) return <Files projectId={project._id} revision={revision} />;
  return (
    <div className="grid flex-1 place-content-center bg-surface">
      {project.status === "creating" && (
        <EmptyState loading title={text.files.creating}>
          <p>{text.files.creatingAdvice}</p>
        </EmptyState>
      )}
      {(project.status === "stopped" || project.status === "archived") && (
        <EmptyState title={text.files[project.status]}>
          <p>{text.files.resumeAdvice}</p>
        </EmptyState>
      )}
      {project.status === "failed" && <EmptyState title={text.files.failed} />}
    </div>
  );
}

type FilesProps = { projectId: Project["_id"]; revision: number };

function Files({ projectId, revision }: FilesProps) {
  const readFile = useAction(api.turns.actions.readFile);
  const listFiles = useAction(api.turns.actions.listFiles);
  const [path, setPath] = useState<string | null>(null);
  const [reloads, setReloads] = useState(0);
  return (
    <div className="@container flex min-h-0 flex-1 flex-col bg-surface">
      <div className="flex min-h-0 flex-1">
        <nav
          aria-label={text.files.all}
          className={`min-h-0 w-full shrink-0 flex-col overflow-y-auto pb-4 @2xl:flex @2xl:w-64 @2xl:border-r @2xl:border-line ${path === null ? "flex" : "hidden"}`}
        >
          <div className="flex items-center justify-between pl-5">
            <h2 className="text-sm font-medium text-muted">{text.files.title}</h2>
            <IconButton
              icon="reload"
              label={text.files.reload}
              onClick={() => setReloads(reloads + 1)}
            />
          </div>
          <Folder
            path=""
            list={(folder) => listFiles({ projectId, path: folder })}
            revision={revision + reloads}
            openPath={path}
            onOpen={setPath}
          />
        </nav>
        <div
          className={`min-h-0 min-w-0 flex-1 flex-col @2xl:flex ${path === null ? "hidden" : "flex"}`}
        >
          {path === null ? (
            <div className="grid flex-1 place-content-center text-muted">{text.files.choose}</div>
          ) : (
            <FileView
              key={path}
              path={path}
              read={() => readFile({ projectId, path })}
              revision={revision + reloads}
              onClose={() => setPath(null)}
            />
          )}
        </div>
      </div>
    </div>
  );
}
