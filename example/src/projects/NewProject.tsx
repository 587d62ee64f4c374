import { useAction } from "convex/react";
import { useId, useRef, useState } from "react";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { MAX_NAME_LENGTH, MAX_PROMPT_LENGTH } from "@backend/lib/limits";
import { useCall } from "../hooks/useCall";
import { useDraft } from "../hooks/useDraft";
import { navigate } from "../hooks/useRoute";
import { submitOnEnter } from "../lib/keys";
import { nameFromPrompt } from "../lib/nameFromPrompt";
import { pathOf } from "../lib/routes";
import { Button } from "../ui/Button";
import { ErrorAlert } from "../ui/ErrorAlert";
import { PageTitle } from "../ui/PageTitle";

const HOME = pathOf({ page: "projects" });

/** Goes to a new project, unless the user has left this page meanwhile. */
function open(projectId: string | undefined): void {
  if (projectId === undefined || location.pathname !== HOME) return;
  navigate(pathOf({ page: "project", projectId }));
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
  const ready = prompt.trim() !== "";
  return (
    <section aria-labelledby={`${id}-title`} className="space-y-5">
      <PageTitle title="Projects" className="text-3xl sm:text-4xl">
        <span id={`${id}-title`}>What shall we build?</span>
      </PageTitle>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void call.run();
        }}
        className="rounded-2xl border border-edge bg-surface shadow-lift transition-colors focus-within:border-accent"
      >
        <label htmlFor={id} className="sr-only">
          What you would like to be built
        </label>
        <textarea
          id={id}
          value={prompt}
          onChange={(event) => setPrompt(event.target.value)}
          onKeyDown={submitOnEnter}
          readOnly={call.busy}
          maxLength={MAX_PROMPT_LENGTH}
          rows={3}
          placeholder="A page for my choir, with the dates of our concerts and a way to sign up …"
          className="block field-sizing-content max-h-80 min-h-28 w-full resize-none rounded-t-2xl bg-transparent px-5 py-4 text-lg placeholder:text-muted focus-visible:outline-none"
        />
        <div className="flex flex-wrap items-center justify-end gap-3 border-t border-line p-3">
          {ready && (
            <label className="flex min-w-56 flex-1 animate-arrive items-center gap-2 text-sm text-muted">
              <span className="pl-2">Name</span>
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
          <Button type="submit" busy={call.busy} disabled={!ready} className="px-6">
            {call.busy ? "Making room …" : "Build it"}
          </Button>
        </div>
      </form>
      {call.error !== null && <ErrorAlert onDismiss={call.dismiss}>{call.error}</ErrorAlert>}
    </section>
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
