import { useMutation } from "convex/react";
import { useEffect, useEffectEvent, useId, type RefObject } from "react";
import { api } from "@backend/_generated/api";
import { useCall } from "../../hooks/useCall";
import type { Draft } from "../../hooks/useDraft";
import { isCovered, isTyping, PROMPT_FIELD } from "../../hooks/usePromptKey";
import { submitOnEnter } from "../../lib/keys";
import type { Project, Turn } from "../../lib/types";
import { isTooLong, PromptLength } from "../../projects/PromptLength";
import { text } from "../../text";
import { Button } from "../../ui/Button";
import { ErrorAlert } from "../../ui/ErrorAlert";
import { INPUT } from "../../ui/Field";
import { Icon } from "../../ui/Icon";

/** Why nothing can be sent in a status, or what sending does there. */
const HINTS: Partial<Record<Project["status"], string>> = text.composer.hint;
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
  const { text: prompt, write } = draft;
  const cancelTurn = useMutation(api.turns.mutations.cancel);
  const cancel = useCall(
    async () => running && (await cancelTurn({ turnId: running._id })),
    running?.startedAt,
  );
  const sendable = SENDABLE.includes(status) && prompt.trim() !== "" && !isTooLong(prompt);
  const hint = prompt === "" ? undefined : HINTS[status];
  useEscape(running !== undefined, input, () => void cancel.run());
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!sendable) return;
        onSend(prompt);
        write("");
      }}
      className="space-y-2 border-t border-line p-3 sm:px-5 sm:py-4"
    >
      {cancel.error !== null && <ErrorAlert onDismiss={cancel.dismiss}>{cancel.error}</ErrorAlert>}
      <div className="flex items-end gap-2">
        <label htmlFor={id} className="sr-only">
          {text.composer.prompt}
        </label>
        <textarea
          {...PROMPT_FIELD}
          ref={input}
          id={id}
          rows={1}
          value={prompt}
          onChange={(event) => write(event.target.value)}
          onKeyDown={submitOnEnter}
          placeholder={text.composer.promptExample}
          aria-describedby={hint && `${id}-hint`}
          className={`${INPUT} field-sizing-content max-h-48 min-h-11 resize-none py-2.25`}
        />
        {running && (
          <Button
            variant="quiet"
            title={text.composer.stopKey}
            busy={cancel.busy}
            onClick={() => void cancel.run()}
          >
            <Icon name="square" />
            <span className="max-sm:sr-only">{text.composer.stop}</span>
          </Button>
        )}
        <Button type="submit" disabled={!sendable}>
          <Icon name="send" />
          {text.composer.send}
        </Button>
      </div>
      <PromptLength prompt={prompt} />
      {hint && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
    </form>
  );
}

/** Calls back for Escape, unless that closes something or is pressed in another field than this one. */
function useEscape(
  isActive: boolean,
  field: RefObject<HTMLElement | null>,
  onEscape: () => void,
): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || isCovered())
      return;
    if (event.target === field.current || !isTyping(event.target)) onEscape();
  });
  useEffect(() => {
    if (!isActive) return;
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [isActive]);
}
