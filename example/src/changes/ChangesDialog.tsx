import { useAction } from "convex/react";
import { api } from "@backend/_generated/api";
import { useAsync } from "../hooks/useAsync";
import { errorMessage } from "../lib/errors";
import type { Project, Turn } from "../lib/types";
import { IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorAlert } from "../ui/ErrorAlert";
import { ChangedFiles } from "./ChangedFiles";

type ChangesDialogProps = { project: Project; turn: Turn; onClose: () => void };

/** What a turn changed in the app's files. */
export function ChangesDialog({ project, turn, onClose }: ChangesDialogProps) {
  const isRunning = project.status === "ready" || project.status === "generating";
  return (
    <Dialog title={`Changes of turn ${turn.number}`} size="large" onClose={onClose}>
      <IconButton
        icon="close"
        label="Close"
        onClick={onClose}
        className="absolute top-3.5 right-3.5"
      />
      {isRunning ? (
        <LoadedChanges turn={turn} />
      ) : (
        <EmptyState title="The project is not running">
          <p>Start it to see what this turn changed.</p>
        </EmptyState>
      )}
    </Dialog>
  );
}

function LoadedChanges({ turn: { _id: turnId } }: { turn: Turn }) {
  const changes = useAction(api.turns.actions.changes);
  const { data, error, reload } = useAsync(() => changes({ turnId }), turnId);
  if (error !== undefined) {
    return (
      <div className="pt-4">
        <ErrorAlert onRetry={reload}>{errorMessage(error)}</ErrorAlert>
      </div>
    );
  }
  if (data === undefined) return <EmptyState loading title="Loading the changes" />;
  if (data.files.length === 0) {
    return (
      <EmptyState title="No changes">
        <p>This turn left the files as they were.</p>
      </EmptyState>
    );
  }
  return <ChangedFiles changes={data} />;
}
