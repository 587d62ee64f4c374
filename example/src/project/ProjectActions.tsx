import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import type { Project } from "../lib/types";
import { Button } from "../ui/Button";
import { Problem } from "../ui/Problem";

type Deed = "start" | "stop" | "archive";

/** What a project allows in each status; the backend refuses the rest. */
const ALLOWED: Record<Project["status"], Deed[]> = {
  creating: [],
  generating: [],
  ready: ["stop"],
  stopped: ["archive", "start"],
  archived: ["start"],
  failed: [],
};

const WORDS: Record<Deed, string> = { start: "Start", stop: "Stop", archive: "Archive" };

/** The buttons for a project's sandbox. */
export function ProjectActions({ project }: { project: Project }) {
  const { _id: projectId, status, statusChangedAt, operation } = project;
  const start = useAction(api.projects.actions.start);
  const stop = useAction(api.projects.actions.stop);
  const archive = useAction(api.projects.actions.archive);
  const call = useCall(
    (deed: Deed) => ({ start, stop, archive })[deed]({ projectId }),
    statusChangedAt,
  );
  return (
    <>
      {ALLOWED[status].map((deed) => (
        <Button
          key={deed}
          tone={deed === "start" ? "main" : "quiet"}
          disabled={call.busy || operation !== undefined}
          onClick={() => void call.run(deed)}
        >
          {WORDS[deed]}
        </Button>
      ))}
      {call.problem !== null && (
        <div className="absolute inset-x-4 top-full z-20 mx-auto mt-2 max-w-xl rounded-lg bg-paper shadow-lift">
          <Problem onDismiss={call.dismiss}>{call.problem}</Problem>
        </div>
      )}
    </>
  );
}
