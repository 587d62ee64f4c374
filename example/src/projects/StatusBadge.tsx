import type { Project } from "../lib/types";
import { text } from "../text";

/** The dot of each status: no two have the same shape and filling. */
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

/** The label while an operation changes the status. */
const OPERATION_LABELS: Partial<Record<NonNullable<Project["operation"]>["kind"], string>> =
  text.project.operation;

/** A project's status: a dot and a label. */
export function StatusBadge({ project }: { project: Project }) {
  const { status, operation } = project;
  const operationLabel = operation && OPERATION_LABELS[operation.kind];
  return (
    <span
      className={`inline-flex shrink-0 items-center gap-2 text-sm font-medium ${COLORS[status]}`}
    >
      <span
        aria-hidden="true"
        className={`size-2.5 shrink-0 ${DOTS[status]} ${operationLabel ? "animate-breathe" : ""}`}
      />
      {operationLabel ?? text.project.status[status]}
    </span>
  );
}
