/** The backend's states, in words for people. */
import type { PlanName, PLANS } from "@backend/payments/plans";
import type { OperationKind, ProjectStatus } from "@backend/projects/tables";

/** What a project's status is called. */
export const STATUS_WORDS = {
  creating: "Creating",
  generating: "Working",
  ready: "Ready",
  stopped: "Stopped",
  archived: "Archived",
  failed: "Failed",
} satisfies Record<ProjectStatus, string>;

/** What is being done to a project. */
export const OPERATION_WORDS = {
  create: "The project's sandbox is being made.",
  start: "The project is starting.",
  stop: "The project is stopping.",
  archive: "The project is being archived.",
  turn: "The agent is at work.",
  cleanup: "The project is being tidied up.",
} satisfies Record<OperationKind, string>;

/** How many projects each plan is for; other numbers than the backend's are a type error. */
export const PLAN_SIZES = {
  free: 10,
  pro: 200,
} satisfies { [P in PlanName]: (typeof PLANS)[P]["maxProjects"] };
