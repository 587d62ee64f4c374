import { useMutation } from "convex/react";
import { useRef, useState } from "react";
import { api } from "@backend/_generated/api";
import { explain } from "../lib/errors";
import { renamed } from "../lib/optimistic";
import type { Project } from "../lib/types";
import { useNotice } from "../shell/notices";
import { INPUT } from "../ui/Field";

/** A project's name, to be written anew. Enter keeps it, and so does leaving; Escape does not. */
export function RenameForm({ project, onDone }: { project: Project; onDone: () => void }) {
  const notice = useNotice();
  const [name, setName] = useState(project.name);
  const over = useRef(false); // the field's end is a loss of focus too
  const rename = useMutation(api.projects.mutations.rename).withOptimisticUpdate(renamed);
  const end = (wanted: string): void => {
    if (over.current) return;
    over.current = true;
    onDone();
    if (wanted === "" || wanted === project.name) return;
    rename({ projectId: project._id, name: wanted }).catch((error: unknown) => {
      notice(`“${wanted}” was not kept. ${explain(error)}`);
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
        aria-label="Name of the project"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => end(name.trim())}
        onKeyDown={(event) => event.key === "Escape" && end("")}
        className={`${INPUT} min-h-11 max-w-md font-semibold`}
      />
    </form>
  );
}
