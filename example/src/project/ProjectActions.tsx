import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import type { Project } from "../lib/types";
import { Button } from "../ui/Button";
import { ErrorAlert } from "../ui/ErrorAlert";
import { DownloadButton } from "./DownloadButton";

type SandboxAction = "start" | "stop" | "archive";

/** What a project allows in each status; the backend refuses the rest. */
const ALLOWED: Record<Project["status"], SandboxAction[]> = {
  creating: [],
  generating: [],
  ready: ["stop"],
  stopped: ["archive", "start"],
  archived: ["start"],
  failed: [],
};

const LABELS: Record<SandboxAction, string> = { start: "Start", stop: "Stop", archive: "Archive" };

/** The buttons for a project's sandbox, and for its files. */
export function ProjectActions({ project }: { project: Project }) {
  const { _id: projectId, status, statusChangedAt, operation } = project;
  const start = useAction(api.projects.actions.start);
  const stop = useAction(api.projects.actions.stop);
  const archive = useAction(api.projects.actions.archive);
  const call = useCall(
    (action: SandboxAction) => ({ start, stop, archive })[action]({ projectId }),
    statusChangedAt,
  );
  return (
    <>
      {ALLOWED[status].map((action) => (
        <Button
          key={action}
          variant={action === "start" ? "main" : "quiet"}
          disabled={call.busy || operation !== undefined}
          onClick={() => void call.run(action)}
        >
          {LABELS[action]}
        </Button>
      ))}
      {(status === "ready" || status === "generating") && <DownloadButton project={project} />}
      {call.error !== null && (
        <div className="absolute inset-x-4 top-full z-20 mx-auto mt-2 max-w-xl rounded-lg bg-paper shadow-lift">
          <ErrorAlert onDismiss={call.dismiss}>{call.error}</ErrorAlert>
        </div>
      )}
    </>
  );
}
