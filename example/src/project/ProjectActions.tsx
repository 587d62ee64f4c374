import { useAction } from "convex/react";
import { navigate } from "wouter/use-browser-location";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import { PATHS } from "../lib/routes";
import type { Project } from "../lib/types";
import { useDeleteProject } from "../projects/deletions";
import { text } from "../text";
import { Button } from "../ui/Button";
import { ErrorAlert } from "../ui/ErrorAlert";
import { Icon } from "../ui/Icon";
import { Menu, MenuItem, MenuLine } from "../ui/Menu";
import { useDownload } from "./useDownload";

type SandboxAction = "start" | "stop" | "archive";

/** What a project allows in each status; the backend refuses the rest. */
const ALLOWED: Record<Project["status"], readonly SandboxAction[]> = {
  creating: [],
  generating: [],
  ready: ["stop"],
  stopped: ["start", "archive"],
  archived: ["start"],
  failed: [],
};

const ICONS = { start: "start", stop: "pause", archive: "archive" } as const;

type ProjectActionsProps = { project: Project; onRename: () => void };

/** What can be done with a project: a menu, and a button to resume one that is paused. */
export function ProjectActions({ project, onRename }: ProjectActionsProps) {
  const { _id: projectId, status, statusChangedAt, operation } = project;
  const start = useAction(api.projects.actions.start);
  const stop = useAction(api.projects.actions.stop);
  const archive = useAction(api.projects.actions.archive);
  const call = useCall(
    (action: SandboxAction) => ({ start, stop, archive })[action]({ projectId }),
    statusChangedAt,
  );
  const download = useDownload(project);
  const deleteProject = useDeleteProject();
  const isBusy = call.busy || operation !== undefined;
  const hasFiles = status === "ready" || status === "generating";
  return (
    <>
      {ALLOWED[status].includes("start") && (
        <Button disabled={isBusy} onClick={() => void call.run("start")}>
          {text.project.actions.start}
        </Button>
      )}
      <Menu label={text.project.menu} button={<Icon name="more" />}>
        <MenuItem icon="pencil" onSelect={onRename}>
          {text.common.rename}
        </MenuItem>
        <MenuItem
          icon="download"
          disabled={!hasFiles || download.isPreparing}
          onSelect={() => void download.start()}
        >
          {text.project.download}
        </MenuItem>
        <MenuLine />
        {(["stop", "archive"] as const).map((action) => (
          <MenuItem
            key={action}
            icon={ICONS[action]}
            disabled={isBusy || !ALLOWED[status].includes(action)}
            onSelect={() => void call.run(action)}
          >
            {text.project.actions[action]}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem
          icon="bin"
          danger
          onSelect={() => {
            deleteProject(project);
            navigate(PATHS.projects, { replace: true });
          }}
        >
          {text.common.delete}
        </MenuItem>
      </Menu>
      {download.frame}
      {call.error !== null && (
        <div className="absolute inset-x-4 top-full z-20 mx-auto mt-2 max-w-xl rounded-lg bg-paper shadow-lift">
          <ErrorAlert onDismiss={call.dismiss}>{call.error}</ErrorAlert>
        </div>
      )}
    </>
  );
}
