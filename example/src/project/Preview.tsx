import { useState } from "react";
import type { Project } from "../lib/types";
import { EmptyState } from "../ui/EmptyState";
import { BuildingPlaceholder } from "./BuildingPlaceholder";
import { PreviewFrame } from "./PreviewFrame";

/** The running app, or why there is nothing to see. */
export function Preview({ project }: { project: Project }) {
  const { _id: projectId, status, statusChangedAt } = project;
  // The version of the app that is shown: the latest finished one, also while the agent works on the next.
  const [version, setVersion] = useState<number | null>(null);
  if (status === "ready" && version !== statusChangedAt) setVersion(statusChangedAt);
  const [wasStopped, setWasStopped] = useState(false);
  const isStopped = status === "stopped" || status === "archived" || status === "failed";
  if (isStopped && !wasStopped) setWasStopped(true);
  const running = status === "ready" || status === "generating";
  if (running && version !== null) {
    return <PreviewFrame projectId={projectId} version={version} justStarted={wasStopped} />;
  }
  return (
    <div className="grid flex-1 place-content-center bg-surface">
      {status === "generating" && (
        <BuildingPlaceholder projectId={projectId} onShow={() => setVersion(0)} />
      )}
      {status === "creating" && (
        <EmptyState loading title="Getting ready">
          <p>A sandbox is being made for the project. That takes a few seconds.</p>
        </EmptyState>
      )}
      {status === "stopped" && (
        <EmptyState title="Stopped">
          <p>Start the project to see it here. Nothing of it is lost.</p>
        </EmptyState>
      )}
      {status === "archived" && (
        <EmptyState title="In the archive">
          <p>Start the project to see it here. It takes a little longer than usual.</p>
        </EmptyState>
      )}
      {status === "failed" && <EmptyState title="Nothing to show" />}
    </div>
  );
}
