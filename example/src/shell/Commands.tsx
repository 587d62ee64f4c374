import { Command } from "cmdk";
import { useQuery } from "convex/react";
import { useLocation } from "wouter";
import { api } from "@backend/_generated/api";
import { useSession } from "../auth/session";
import { PATHS, projectPath } from "../lib/routes";
import { deletePending, useIsDeleting } from "../projects/deletions";
import { ProjectMark } from "../projects/ProjectMark";
import { text } from "../text";
import { setTheme, THEMES } from "../theme";
import { Dialog } from "../ui/Dialog";

const ITEM =
  "flex min-h-11 cursor-pointer items-center gap-3 rounded-lg px-3 data-[selected=true]:bg-line/60";

/** Finds projects and commands. The default export of a module that is loaded when somebody opens it. */
export default function Commands({ onClose }: { onClose: () => void }) {
  const [, navigate] = useLocation();
  const { signOut } = useSession();
  const isDeleting = useIsDeleting();
  const projects = useQuery(api.projects.queries.listForCurrentUser);
  const run = (command: () => void) => () => {
    onClose();
    command();
  };
  const commands: Record<string, () => void> = {
    [text.commands.newProject]: () => navigate(PATHS.projects),
    [text.shell.account]: () => navigate(PATHS.account),
    ...Object.fromEntries(
      THEMES.map((theme) => [text.commands.theme(text.shell.themes[theme]), () => setTheme(theme)]),
    ),
    [text.common.signOut]: () => {
      deletePending();
      signOut();
    },
  };
  return (
    <Dialog title={text.commands.title} size="list" onClose={onClose}>
      {/* With the projects: the first one is chosen when it opens. */}
      {projects && (
        <Command label={text.commands.title} loop>
          <Command.Input
            ref={focusInput}
            placeholder={text.commands.placeholder}
            className="min-h-14 w-full border-b border-line bg-transparent px-5 text-base placeholder:text-muted focus-visible:outline-none"
          />
          <Command.List className="max-h-96 overflow-y-auto p-2 text-sm [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-2 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted">
            <Command.Empty className="px-3 py-6 text-center text-muted">
              {text.commands.noResults}
            </Command.Empty>
            <Command.Group heading={text.commands.projects}>
              {projects
                .filter(({ _id }) => !isDeleting(_id))
                .map((project) => (
                  <Command.Item
                    key={project._id}
                    value={project._id}
                    keywords={[project.name]}
                    onSelect={run(() => navigate(projectPath(project._id)))}
                    className={ITEM}
                  >
                    <ProjectMark project={project} size="small" />
                    <span className="truncate">{project.name}</span>
                  </Command.Item>
                ))}
            </Command.Group>
            <Command.Group heading={text.commands.commands}>
              {Object.entries(commands).map(([name, command]) => (
                <Command.Item key={name} value={name} onSelect={run(command)} className={ITEM}>
                  {name}
                </Command.Item>
              ))}
            </Command.Group>
          </Command.List>
        </Command>
      )}
    </Dialog>
  );
}

/** Once the dialog is open: before that nothing in it can have the focus. */
function focusInput(input: HTMLInputElement | null): void {
  queueMicrotask(() => input?.focus());
}
