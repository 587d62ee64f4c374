import { useAction } from "convex/react";
import { useId, useRef, useState } from "react";
import { navigate } from "wouter/use-browser-location";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { MAX_NAME_LENGTH } from "@backend/lib/limits";
import { useCall } from "../hooks/useCall";
import { useDraft } from "../hooks/useDraft";
import { PROMPT_FIELD } from "../hooks/usePromptKey";
import { submitOnEnter } from "../lib/keys";
import { nameFromPrompt } from "../lib/nameFromPrompt";
import { PATHS, projectPath } from "../lib/routes";
import { EXAMPLES, text } from "../text";
import { Button } from "../ui/Button";
import { ErrorAlert } from "../ui/ErrorAlert";
import { PageTitle } from "../ui/PageTitle";
import { isTooLong, PromptLength } from "./PromptLength";

/** Goes to a new project, unless the user has left this page meanwhile. */
function open(projectId: string | undefined): void {
  if (projectId === undefined || location.pathname !== PATHS.projects) return;
  navigate(projectPath(projectId));
}

/** The form for a new project. Its name comes from the prompt's first words until another is typed. */
export function NewProject() {
  const id = useId();
  const draft = useDraft("new-prompt");
  const { text: prompt, write: setPrompt } = draft;
  const [name, setName] = useState<string | null>(null);
  const suggested = nameFromPrompt(prompt);
  const given = name?.trim() ?? "";
  const create = useAction(api.projects.actions.create);
  const clientId = useClientId();
  const call = useCall(async () => {
    draft.discardStored(); // the project may exist from here on: a reload must not offer to create it again
    const args = { name: given === "" ? suggested : given, prompt };
    // After a lost connection the button may be pressed again: the same id is the same project.
    const clientProjectId = clientId.idOf(JSON.stringify(args));
    try {
      const { projectId } = await create({ ...args, clientProjectId });
      open(projectId);
    } catch (error) {
      // The project exists, says what is wrong, and can be retried.
      if (isQuaverError(error, "OPERATION_IN_PROGRESS")) open(error.data.projectId);
      else if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) {
        if (isQuaverError(error)) setPrompt(prompt); // refused: there is no project
        throw error;
      }
    }
    clientId.reset();
    setPrompt("");
    setName(null);
  });
  const ready = prompt.trim() !== "" && !isTooLong(prompt);
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <section aria-labelledby={`${id}-title`} className="space-y-5">
      <PageTitle
        title={text.projects.title}
        takesFocus={false}
        className="text-center text-3xl sm:text-4xl"
      >
        <span id={`${id}-title`}>{text.projects.heading}</span>
      </PageTitle>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void call.run();
        }}
        className="rounded-2xl border border-edge bg-surface shadow-lift transition-colors focus-within:border-accent"
      >
        <label htmlFor={id} className="sr-only">
          {text.projects.prompt}
        </label>
        <textarea
          {...PROMPT_FIELD}
          ref={field}
          id={id}
          // eslint-disable-next-line jsx-a11y-x/no-autofocus -- what the page is for; a keyboard on the screen would cover it
          autoFocus={HAS_KEYBOARD}
          value={prompt}
          onChange={(event) => setPrompt(event.target.value)}
          onKeyDown={submitOnEnter}
          readOnly={call.busy}
          rows={3}
          placeholder={text.projects.promptExample}
          className="block field-sizing-content max-h-80 min-h-28 w-full resize-none rounded-t-2xl bg-transparent px-5 py-4 text-lg placeholder:text-muted focus-visible:outline-none"
        />
        <div className="flex flex-wrap items-center justify-end gap-3 border-t border-line p-3">
          {ready && (
            <label className="flex min-w-56 flex-1 animate-arrive items-center gap-2 text-sm text-muted">
              <span className="pl-2">{text.projects.name}</span>
              <input
                value={name ?? suggested}
                onChange={(event) => setName(event.target.value)}
                onBlur={() => given === "" && setName(null)}
                maxLength={MAX_NAME_LENGTH}
                readOnly={call.busy}
                className="min-h-11 min-w-0 flex-1 rounded-lg border border-transparent bg-transparent px-2 font-medium text-ink hover:border-line"
              />
            </label>
          )}
          {!ready && <KeyHint />}
          <Button type="submit" busy={call.busy} disabled={!ready} className="px-6">
            {call.busy ? text.projects.creating : text.projects.create}
          </Button>
        </div>
      </form>
      <PromptLength prompt={prompt} />
      {call.error !== null && <ErrorAlert onDismiss={call.dismiss}>{call.error}</ErrorAlert>}
      {prompt === "" && (
        <Examples
          onChoose={(example) => {
            setPrompt(example);
            field.current?.focus();
          }}
        />
      )}
    </section>
  );
}

/** Whether somebody types on a keyboard of their own, as far as a browser can tell. */
const HAS_KEYBOARD = matchMedia("(hover: hover) and (pointer: fine)").matches;

function KeyHint() {
  return (
    <p className="mr-auto hidden px-2 text-sm text-muted pointer-fine:sm:block">
      <kbd>{text.projects.keys.enter}</kbd> {text.projects.enterBuilds}{" "}
      <kbd>{text.projects.keys.shiftEnter}</kbd> {text.projects.enterBreaks}
    </p>
  );
}

function Examples({ onChoose }: { onChoose: (prompt: string) => void }) {
  return (
    <ul aria-label={text.projects.examples} className="flex flex-wrap justify-center gap-2">
      {EXAMPLES.map(({ title, prompt }) => (
        <li key={title}>
          <Button variant="quiet" className="rounded-full!" onClick={() => onChoose(prompt)}>
            {title}
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** An id made here for what is sent: the backend takes the same id once, so that a lost answer can be retried. */
interface ClientId {
  /** The same id for the same content, until `reset`. */
  idOf: (content: string) => string;
  /** The content arrived: sent again, it gets another id. */
  reset: () => void;
}

/** Keeps the id of the content that was sent last. */
function useClientId(): ClientId {
  const sent = useRef<{ content: string; id: string } | null>(null);
  return {
    idOf: (content) => {
      if (sent.current?.content !== content) sent.current = { content, id: crypto.randomUUID() };
      return sent.current.id;
    },
    reset: () => {
      sent.current = null;
    },
  };
}
