import { useMutation } from "convex/react";
import { useId, type RefObject } from "react";
import { api } from "@backend/_generated/api";
import { MAX_PROMPT_LENGTH } from "@backend/lib/limits";
import { useCall } from "../../hooks/useCall";
import type { Draft } from "../../hooks/useDraft";
import { submitOnEnter } from "../../lib/keys";
import type { Project, Turn } from "../../lib/types";
import { Button } from "../../ui/Button";
import { ErrorAlert } from "../../ui/ErrorAlert";
import { INPUT } from "../../ui/Field";
import { Icon } from "../../ui/Icon";

/** Why nothing can be sent in a status, or what sending does there. */
const HINTS: Partial<Record<Project["status"], string>> = {
  creating: "You can send this when the project is ready.",
  generating: "The agent gets this when it is done with the one before.",
  stopped: "Sending starts the project first.",
  archived: "Sending gets the project out of the archive first, which takes a while.",
  failed: "You can send this once the project works again.",
};
const SENDABLE: readonly Project["status"][] = ["generating", "ready", "stopped", "archived"];

type ComposerProps = {
  project: Project;
  /** The turn that the agent is at work on. */
  running: Turn | undefined;
  draft: Draft;
  /** The field that is typed into. */
  input: RefObject<HTMLTextAreaElement | null>;
  onSend: (content: string) => void;
};

/** The form for the next prompt, and while the agent works the button that stops it. */
export function Composer({ project: { status }, running, draft, input, onSend }: ComposerProps) {
  const id = useId();
  const { text, write } = draft;
  const cancelTurn = useMutation(api.turns.mutations.cancel);
  const cancel = useCall(
    async () => running && (await cancelTurn({ turnId: running._id })),
    running?.startedAt,
  );
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
          ref={input}
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
        {running && (
          <Button variant="quiet" busy={cancel.busy} onClick={() => void cancel.run()}>
            <Icon name="square" />
            <span className="max-sm:sr-only">Stop</span>
          </Button>
        )}
        <Button type="submit" disabled={!sendable}>
          <Icon name="send" />
          Send
        </Button>
      </div>
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </form>
  );
}
