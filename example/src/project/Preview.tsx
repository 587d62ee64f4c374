import { useState } from "react";
import type { Project } from "../lib/types";
import { Empty } from "../ui/Empty";
import { BeingBuilt } from "./BeingBuilt";
import { PreviewFrame } from "./PreviewFrame";

/** What has been built, running; or why there is nothing to see. */
export function Preview({ project }: { project: Project }) {
  const { _id: projectId, status, statusChangedAt } = project;
  // Which state of the app is shown: the one that the agent left last, even while it works on the next.
  const [version, setVersion] = useState<number | null>(null);
  if (status === "ready" && version !== statusChangedAt) setVersion(statusChangedAt);
  const [slept, setSlept] = useState(false);
  const asleep = status === "stopped" || status === "archived" || status === "failed";
  if (asleep && !slept) setSlept(true);
  const running = status === "ready" || status === "generating";
  if (running && version !== null) {
    return <PreviewFrame projectId={projectId} version={version} awakening={slept} />;
  }
  return (
    <div className="grid flex-1 place-content-center bg-surface">
      {status === "generating" && <BeingBuilt projectId={projectId} onShow={() => setVersion(0)} />}
      {status === "creating" && (
        <Empty playing title="Getting ready">
          <p>A sandbox is being made for the project. That takes a few seconds.</p>
        </Empty>
      )}
      {status === "stopped" && (
        <Empty title="Stopped">
          <p>Start the project to see it here. Nothing of it is lost.</p>
        </Empty>
      )}
      {status === "archived" && (
        <Empty title="In the archive">
          <p>Start the project to see it here. It takes a little longer than usual.</p>
        </Empty>
      )}
      {status === "failed" && <Empty title="Nothing to show" />}
    </div>
  );
}
