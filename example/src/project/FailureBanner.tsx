import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../hooks/useCall";
import type { Project } from "../lib/types";
import { text } from "../text";
import { Button } from "../ui/Button";

/** Why a project has failed, and the button to retry. */
export function FailureBanner({ project }: { project: Project }) {
  const retry = useAction(api.projects.actions.retry);
  const call = useCall(() => retry({ projectId: project._id }));
  const { reason = text.project.failedUnknown, retryable = true } = project.failure ?? {};
  return (
    <div
      role="alert"
      className="flex flex-wrap items-center gap-x-6 gap-y-3 bg-danger-soft px-5 py-4 text-sm"
    >
      <div className="min-w-56 flex-1 space-y-1">
        <p className="font-semibold text-danger">{text.project.failed(reason)}</p>
        <p>
          {call.error ?? (retryable ? text.project.failedRetryable : text.project.failedForGood)}
        </p>
      </div>
      <Button
        variant={retryable ? "main" : "quiet"}
        busy={call.busy}
        onClick={() => void call.run()}
      >
        {text.common.tryAgain}
      </Button>
    </div>
  );
}
