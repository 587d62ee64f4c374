import { useState } from "react";
import type { Project, Turn } from "../../lib/types";
import { text } from "../../text";
import { EmptyState } from "../../ui/EmptyState";
import { PreviewFrame } from "./PreviewFrame";

type PreviewProps = {
  project: Project;
  /** The newest first; undefined until they are loaded. */
  turns: readonly Turn[] | undefined;
};

/** The running app, also while it is being built, or why there is nothing to see. */
export function Preview({ project: { _id: projectId, status }, turns }: PreviewProps) {
  const isRunning = status === "ready" || status === "generating";
  const [wasStopped, setWasStopped] = useState(false);
  const isStopped = status === "stopped" || status === "archived" || status === "failed";
  if (isStopped && !wasStopped) setWasStopped(true);
  if (isRunning && turns !== undefined) {
    return (
      <PreviewFrame projectId={projectId} version={versionOf(turns)} justStarted={wasStopped} />
    );
  }
  return (
    <div className="grid flex-1 place-content-center bg-surface">
      {isRunning && <EmptyState loading title={text.preview.opening} />}
      {status === "creating" && (
        <EmptyState loading title={text.preview.creating}>
          <p>{text.preview.creatingAdvice}</p>
        </EmptyState>
      )}
      {status === "stopped" && (
        <EmptyState title={text.preview.stopped}>
          <p>{text.preview.stoppedAdvice}</p>
        </EmptyState>
      )}
      {status === "archived" && (
        <EmptyState title={text.preview.archived}>
          <p>{text.preview.archivedAdvice}</p>
        </EmptyState>
      )}
      {status === "failed" && <EmptyState title={text.preview.failed} />}
    </div>
  );
}

/** When the latest turn ended that did not fail: the app is loaded again then. */
function versionOf(turns: readonly Turn[]): number {
  return turns.find(({ status }) => status === "done" || status === "cancelled")?.endedAt ?? 0;
}
