import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import type { Project } from "../lib/types";
import { Button } from "../ui/Button";

/** Why a project has failed, and the button to retry. */
export function FailureBanner({ project }: { project: Project }) {
  const retry = useAction(api.projects.actions.retry);
  const call = useCall(() => retry({ projectId: project._id }));
  const { reason = "It is not known why.", retryable = true } = project.failure ?? {};
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-6 gap-y-3 bg-danger-soft px-5 py-4 text-sm"
    >
      <div className="min-w-56 flex-1 space-y-1">
        <p className="font-semibold text-danger">This project has failed: {reason}</p>
        <p>
          {call.error ??
            (retryable
              ? "Trying again may well work. What was said so far is kept."
              : "Trying again can only work once that has been put right. What was said so far is kept.")}
        </p>
      </div>
      <Button
        variant={retryable ? "main" : "quiet"}
        busy={call.busy}
        onClick={() => void call.run()}
      >
        Try again
      </Button>
    </div>
  );
}
