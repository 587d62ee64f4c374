import { STATUS_WORDS } from "../lib/words";
import type { Project } from "../lib/types";

/** What each status looks like, besides its word: no two have the same shape and filling. */
const DOTS: Record<Project["status"], string> = {
  creating: "rounded-full border-2 border-work animate-breathe",
  generating: "rounded-full bg-work animate-breathe",
  ready: "rounded-full bg-accent",
  stopped: "rounded-full border-2 border-edge",
  archived: "rounded-xs border-2 border-edge",
  failed: "rotate-45 rounded-xs bg-danger",
};

const COLORS: Record<Project["status"], string> = {
  creating: "text-work",
  generating: "text-work",
  ready: "text-accent",
  stopped: "text-muted",
  archived: "text-muted",
  failed: "text-danger",
};

/** What is said while an operation changes the status. */
const UNDER_WAY: Partial<Record<NonNullable<Project["operation"]>["kind"], string>> = {
  start: "Starting",
  stop: "Stopping",
  archive: "Archiving",
};

/** How a project is: a dot and a word. */
export function Status({ project }: { project: Project }) {
  const { status, operation } = project;
  const underWay = operation && UNDER_WAY[operation.kind];
  return (
    <span className={`inline-flex items-center gap-2 text-sm font-medium ${COLORS[status]}`}>
      <span
        aria-hidden="true"
        className={`size-2.5 shrink-0 ${DOTS[status]} ${underWay ? "animate-breathe" : ""}`}
      />
      {underWay ?? STATUS_WORDS[status]}
    </span>
  );
}
