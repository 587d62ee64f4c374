import { useAction } from "convex/react";
import { useId, useState } from "react";
import { api } from "@backend/_generated/api";
import { isQuaverError } from "@backend/lib/errors";
import { useCall } from "../hooks/useCall";
import { useClientId } from "../hooks/useClientId";
import { useDraft } from "../hooks/useDraft";
import { navigate } from "../hooks/useRoute";
import { submitOnEnter } from "../lib/keys";
import { nameFromPrompt } from "../lib/names";
import { pathOf } from "../lib/routes";
import { Button } from "../ui/Button";
import { PageTitle } from "../ui/PageTitle";
import { Problem } from "../ui/Problem";

const HOME = pathOf({ page: "projects" });

/** Goes to a new project; whoever has gone elsewhere meanwhile is left there. */
function open(projectId: string | undefined): void {
  if (projectId === undefined || location.pathname !== HOME) return;
  navigate(pathOf({ page: "project", projectId }));
}

/** Asks what to build. The name follows the prompt's first words until somebody gives another. */
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
    draft.release(); // from here on there may be a project of it: a reload must not offer a second
    const wish = { name: given === "" ? suggested : given, prompt };
    // Whoever lost the connection may press the button again: the same wish is the same project.
    const clientProjectId = clientId.idOf(JSON.stringify(wish));
    try {
      const { projectId } = await create({ ...wish, clientProjectId });
      open(projectId);
    } catch (error) {
      // There is a project all the same, which says what is the matter and can be tried again.
      if (isQuaverError(error, "OPERATION_IN_PROGRESS")) open(error.data.projectId);
      else if (!isQuaverError(error, "SANDBOX_UNAVAILABLE")) {
        if (isQuaverError(error)) setPrompt(prompt); // refused: nothing was made
        throw error;
      }
    }
    clientId.forget();
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
          maxLength={20_000}
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
                maxLength={100}
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
      {call.problem !== null && <Problem onDismiss={call.dismiss}>{call.problem}</Problem>}
    </section>
  );
}
