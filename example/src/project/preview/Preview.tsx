import { useState } from "react";
import type { Project, Turn } from "../../lib/types";
import { EmptyState } from "../../ui/EmptyState";
import { BuildingPlaceholder } from "./BuildingPlaceholder";
import { PreviewFrame } from "./PreviewFrame";

type PreviewProps = {
  project: Project;
  /** The newest first; undefined until they are loaded. */
  turns: readonly Turn[] | undefined;
};

/** The running app, or why there is nothing to see. */
export function Preview({ project, turns }: PreviewProps) {
  const { _id: projectId, status } = project;
  // The version of the app that is shown: when the latest turn ended that did not fail, also while another one runs.
  const [version, setVersion] = useState<number | null>(null);
  const latest = turns && versionOf(turns);
  const isShown = status === "ready" || (status === "generating" && version !== null);
  if (latest !== undefined && isShown && version !== latest) setVersion(latest);
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
        <BuildingPlaceholder
          isFirst={turns?.find((turn) => turn.status === "running")?.number === 1}
          onShow={() => setVersion(0)}
        />
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

function versionOf(turns: readonly Turn[]): number {
  return turns.find(({ status }) => status === "done" || status === "cancelled")?.endedAt ?? 0;
}
