/** What holds for every row of the projects table, and for every change of one. */
import type { Doc } from "../../../convex/_generated/dataModel";
import type { OperationKind, ProjectStatus } from "../../../convex/projects/tables.ts";
import { LIFECYCLE_TRANSITIONS, PATHS } from "../../convex/support/transitions.ts";
import type { Findings } from "./call-frames.ts";
import type { Observed, Transaction } from "./observer.ts";
import { checkTurns } from "./turns.ts";

type Project = Doc<"projects">;

const FINISH = "projects/sandbox/change:finishChange";
const DRIFT = "projects/reconcile/drift:applyObservation";
const SWEEP = "projects/reconcile/resume:resumePage";

/** The functions that may make each transition, and each two at once. */
const ALLOWED_FUNCTIONS: Record<string, readonly string[]> = {
  "creating → generating": ["projects/sandbox/create:finishCreate"],
  "creating → generating → ready": ["projects/sandbox/create:finishCreate"],
  "creating → failed": ["projects/sandbox/create:finishCreate", SWEEP],
  "generating → ready": ["turns/poll:finishPoll", "turns/mutations:cancel", SWEEP],
  "generating → failed": ["turns/poll:finishPoll"],
  "ready → generating": [
    ...["turns/mutations:start", "turns/mutations:retry", "turns/app/restore:beginRestore"],
  ],
  "ready → stopped": [FINISH, DRIFT],
  "ready → stopped → archived": [DRIFT],
  "ready → failed": [FINISH, DRIFT],
  "stopped → ready": [FINISH, DRIFT],
  "stopped → archived": [FINISH, DRIFT],
  "stopped → failed": [FINISH, DRIFT],
  "archived → ready": [FINISH, DRIFT],
  "archived → ready → stopped": [DRIFT],
  "archived → failed": [FINISH, DRIFT],
  "failed → creating": ["projects/sandbox/create:beginRetry"],
};

/** Every transition of the lifecycle, and those that one transaction may make two of. */
const TRANSITIONS = [
  ...LIFECYCLE_TRANSITIONS.map(([from, , to]) => `${from} → ${to}`),
  ...PATHS.map((path) => path.join(" → ")),
];

/** Each of them with each function that may make it, as the findings name them. */
export const ALL_TRANSITIONS = Object.entries(ALLOWED_FUNCTIONS).flatMap(
  ([transition, functions]) => functions.map((fn) => `${transition}, by ${fn}`),
);

/** What can hold the lease of a project in each status. */
const HOLDERS: Record<ProjectStatus, readonly OperationKind[]> = {
  creating: ["create"],
  generating: ["turn"],
  ready: ["stop", "cleanup"],
  stopped: ["start", "archive", "cleanup"],
  archived: ["start", "cleanup"],
  failed: ["cleanup"],
};

/** Checks all rows, and what a transaction has made of them. */
export function checkRows({ name, at, before, after }: Transaction, findings: Findings): void {
  for (const [id, observed] of after) {
    const { row: project } = observed;
    const was = before.get(id)?.row;
    for (const wrong of problemsOf(observed)) findings.violation(`row: ${wrong}, after ${name}`);
    checkTurns(before.get(id), observed, { name, at }, findings);
    if (was === undefined) {
      const isCreation =
        name === "projects/sandbox/create:beginCreate" && project.status === "creating";
      if (!isCreation)
        findings.violation(`transition: ${name} made a project that is ${project.status}`);
    } else {
      checkChange(was, project, { name, at }, findings);
    }
  }
  for (const id of before.keys()) {
    if (!after.has(id) && name !== "projects/mutations:remove") {
      findings.violation(`transition: ${name} removed a project`);
    }
  }
}

function checkChange(
  was: Project,
  project: Project,
  { name, at }: { name: string; at: number },
  findings: Findings,
): void {
  if (was.status !== project.status) {
    const transition = transitionBetween(was.status, project.status);
    findings.note("change of status");
    findings.note(`${transition}, by ${name}`);
    if (!ALLOWED_FUNCTIONS[transition]?.includes(name))
      findings.violation(`transition: ${transition}, by ${name}`);
    if (project.statusChangedAt !== at) findings.violation(`row: statusChangedAt, after ${name}`);
  } else if (was.statusChangedAt !== project.statusChangedAt) {
    findings.violation(`transition: ${was.status} → ${project.status}, by ${name}`);
  }
  if ((was.sandboxSeenAt ?? 0) > (project.sandboxSeenAt ?? 0)) {
    findings.violation(`row: sandboxSeenAt went back, after ${name}`);
  }
  if (was.lastActivityAt > project.lastActivityAt) {
    findings.violation(`row: lastActivityAt went back, after ${name}`);
  }
}

/** The transition, or the two, that lead from one status to another. */
function transitionBetween(from: ProjectStatus, to: ProjectStatus): string {
  const matches = (transition: string) =>
    transition.startsWith(`${from} →`) && transition.endsWith(`→ ${to}`);
  return TRANSITIONS.find(matches) ?? `${from} → ${to}`;
}

function problemsOf({ row }: Observed): string[] {
  const { status, failure, sandboxId, operation } = row;
  const wrong: string[] = [];
  const present = (what: string, value: unknown, should: boolean) => {
    if ((value !== undefined) === should) return;
    wrong.push(`a ${status} project has ${should ? "no" : "a"} ${what}`);
  };
  const isWorking = status === "creating" || status === "generating";
  present("failure", failure, status === "failed");
  if (status !== "creating" && status !== "failed") present("sandbox", sandboxId, true);
  if (isWorking) present("lease", operation, true);
  if (operation !== undefined && !HOLDERS[status].includes(operation.kind)) {
    wrong.push(`a ${status} project is under a lease to ${operation.kind}`);
  }
  return wrong;
}
