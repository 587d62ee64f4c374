import { useAction, useMutation } from "convex/react";
import { api } from "@backend/_generated/api";
import { useCall } from "../../hooks/useCall";
import type { Project, Turn } from "../../lib/types";
import { text } from "../../text";
import { Button } from "../../ui/Button";
import { ErrorAlert } from "../../ui/ErrorAlert";
import { Folded } from "../../ui/Folded";
import { Icon } from "../../ui/Icon";

type TurnEndProps = {
  project: Project;
  turn: Turn;
  /** Whether a later turn tries the same prompt again. */
  isRetried: boolean;
  onRetry: () => void;
};

/** How a turn ended that did not end with an answer, and the button to try its prompt again. */
export function TurnEnd({ project, turn, isRetried, onRetry }: TurnEndProps) {
  const { status, failure } = turn;
  if (status === "done") return <p className="text-sm text-muted">{text.conversation.noAnswer}</p>;
  return (
    <div
      className={`max-w-prose space-y-2 rounded-xl px-4 py-3 text-sm ${failure ? "bg-danger-soft" : "border border-line"}`}
    >
      {failure ? (
        <Failure failure={failure} />
      ) : (
        <p>
          <span className="font-semibold">{text.conversation.stopped}</span>{" "}
          {text.conversation.stoppedAdvice}
        </p>
      )}
      {!isRetried && <TryAgain project={project} turn={turn} onRetry={onRetry} />}
    </div>
  );
}

function Failure({
  failure: { reason, retryable, stderr },
}: {
  failure: NonNullable<Turn["failure"]>;
}) {
  return (
    <>
      <p className="font-semibold text-danger">{reason}</p>
      {!retryable && <p>{text.errors.retryWontHelp}</p>}
      {stderr !== undefined && (
        <details className="group">
          <summary className="-ml-1.5 inline-flex min-h-11 items-center gap-1 rounded-lg pr-2 font-medium">
            <span aria-hidden="true" className="transition-transform group-open:rotate-90">
              <Icon name="fold" />
            </span>
            {text.conversation.agentLog}
          </summary>
          <Folded content={stderr} keep="end">
            {(shown) => (
              <pre className="rounded-lg bg-surface p-3 wrap-anywhere whitespace-pre-wrap">
                {shown}
              </pre>
            )}
          </Folded>
        </details>
      )}
    </>
  );
}

/** A stopped project is started first. One that is being made, or has failed, can't be worked on. */
function TryAgain({ project, turn, onRetry }: Omit<TurnEndProps, "isRetried">) {
  const { _id: projectId, status, statusChangedAt } = project;
  const ensureRunning = useAction(api.projects.actions.ensureRunning);
  const retry = useMutation(api.turns.mutations.retry);
  const call = useCall(async () => {
    if (status === "stopped" || status === "archived") await ensureRunning({ projectId });
    await retry({ turnId: turn._id });
    onRetry();
  }, statusChangedAt);
  if (status === "creating" || status === "failed") return null;
  return (
    <>
      {call.error !== null && <ErrorAlert onDismiss={call.dismiss}>{call.error}</ErrorAlert>}
      <Button variant="quiet" busy={call.busy} onClick={() => void call.run()}>
        {text.common.tryAgain}
      </Button>
    </>
  );
}
