import { useMutation } from "convex/react";
import { useRef, useState } from "react";
import { api } from "@backend/_generated/api";
import { MAX_NAME_LENGTH } from "@backend/lib/limits";
import { errorMessage } from "../lib/errors";
import { renameInStore } from "../lib/optimistic";
import type { Project } from "../lib/types";
import { showToast } from "../shell/toasts";
import { text } from "../text";
import { INPUT } from "../ui/Field";

/** The field to rename a project. Enter and leaving the field save; Escape cancels. */
export function RenameForm({ project, onDone }: { project: Project; onDone: () => void }) {
  const [name, setName] = useState(project.name);
  const ended = useRef(false); // removing the field makes it lose the focus as well
  const rename = useMutation(api.projects.mutations.rename).withOptimisticUpdate(renameInStore);
  const end = (wanted: string): void => {
    if (ended.current) return;
    ended.current = true;
    onDone();
    if (wanted === "" || wanted === project.name) return;
    rename({ projectId: project._id, name: wanted }).catch((error: unknown) => {
      void showToast(text.projects.renameFailed(wanted, errorMessage(error)));
    });
  };
  return (
    <form
      className="relative z-10"
      onSubmit={(event) => {
        event.preventDefault();
        end(name.trim());
      }}
    >
      <input
        // eslint-disable-next-line jsx-a11y-x/no-autofocus -- it takes the place of the button that was pressed
        autoFocus
        aria-label={text.projects.name}
        value={name}
        maxLength={MAX_NAME_LENGTH}
        onChange={(event) => setName(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => end(name.trim())}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault(); // it stops the agent otherwise
          end("");
        }}
        className={`${INPUT} min-h-11 max-w-md font-semibold`}
      />
    </form>
  );
}
