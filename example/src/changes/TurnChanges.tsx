import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useAsync } from "../hooks/useAsync";
import { errorMessage } from "../lib/errors";
import type { Project, Turn } from "../lib/types";
import { text } from "../text";
import { EmptyState } from "../ui/EmptyState";
import { ErrorAlert } from "../ui/ErrorAlert";
import { ChangedFiles } from "./ChangedFiles";

/**
 * What a turn changed in the app's files, or why that can't be seen. The default export of a module that is loaded when
 * somebody asks for it.
 */
export default function TurnChanges({ project, turn }: { project: Project; turn: Turn }) {
  if (project.status === "ready" || project.status === "generating") return <Loaded turn={turn} />;
  return (
    <EmptyState title={text.versions.notRunning}>
      <p>{text.versions.notRunningAdvice}</p>
    </EmptyState>
  );
}

function Loaded({ turn: { _id: turnId } }: { turn: Turn }) {
  const changes = useAction(api.turns.actions.changes);
  const { data, error, reload } = useAsync(() => changes({ turnId }), turnId);
  if (error !== undefined) {
    return (
      <div className="pt-4">
        <ErrorAlert onRetry={reload}>{errorMessage(error)}</ErrorAlert>
      </div>
    );
  }
  if (data === undefined) return <EmptyState loading title={text.versions.loading} />;
  if (data.files.length === 0) {
    return (
      <EmptyState title={text.versions.noChanges}>
        <p>{text.versions.noChangesAdvice}</p>
      </EmptyState>
    );
  }
  return <ChangedFiles changes={data} />;
}
