import { useMutation } from "convex/react";
import { useId } from "react";
import { api } from "@backend/_generated/api";
import { MAX_PROMPT_LENGTH } from "@backend/lib/limits";
import { useCall } from "../hooks/useCall";
import type { Draft } from "../hooks/useDraft";
import { submitOnEnter } from "../lib/keys";
import type { Project } from "../lib/types";
import { useToast } from "../shell/toastContext";
import { Button } from "../ui/Button";
import { ErrorAlert } from "../ui/ErrorAlert";
import { INPUT } from "../ui/Field";
import { Icon } from "../ui/Icon";

/** Why nothing can be sent in a status, or what else sending does. */
const HINTS: Partial<Record<Project["status"], string>> = {
  creating: "You can send this when the project is ready.",
  generating: "You can send this when the agent is done.",
  stopped: "Sending starts the project first.",
  archived: "Sending gets the project out of the archive first, which takes a while.",
  failed: "You can send this once the project works again.",
};
const SENDABLE: readonly Project["status"][] = ["ready", "stopped", "archived"];

/** The form for the next prompt. While the agent works, its button cancels the turn. */
export function Composer({
  project,
  draft: { text, write },
  onSend,
}: {
  project: Project;
  draft: Draft;
  onSend: (content: string) => void;
}) {
  const id = useId();
  const toast = useToast();
  const { _id: projectId, status, statusChangedAt } = project;
  const cancelTurn = useMutation(api.turns.mutations.cancel);
  const cancel = useCall(async () => {
    await cancelTurn({ projectId });
    toast("The agent was stopped. What it has made so far is kept.");
  }, statusChangedAt);
  const sendable = SENDABLE.includes(status) && text.trim() !== "";
  const hint = text === "" ? undefined : HINTS[status];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!sendable) return;
        onSend(text);
        write("");
      }}
      className="space-y-2 border-t border-line p-3 sm:px-5 sm:py-4"
    >
      {cancel.error !== null && <ErrorAlert onDismiss={cancel.dismiss}>{cancel.error}</ErrorAlert>}
      <div className="flex items-end gap-2">
        <label htmlFor={id} className="sr-only">
          What to do next
        </label>
        <textarea
          id={id}
          rows={1}
          value={text}
          maxLength={MAX_PROMPT_LENGTH}
          onChange={(event) => write(event.target.value)}
          onKeyDown={submitOnEnter}
          placeholder="What next?"
          aria-describedby={hint && `${id}-hint`}
          className={`${INPUT} field-sizing-content max-h-48 min-h-11 resize-none py-2.25`}
        />
        {status === "generating" ? (
          <Button variant="quiet" busy={cancel.busy} onClick={() => void cancel.run()}>
            <Icon name="square" />
            Cancel
          </Button>
        ) : (
          <Button type="submit" disabled={!sendable}>
            <Icon name="send" />
            Send
          </Button>
        )}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </form>
  );
}
