/** Texts for the backend's states; one that is missing is a type error. */
import type { Project } from "./types";

/** By a project's status. */
export const STATUS_LABELS = {
  creating: "Creating",
  generating: "Working",
  ready: "Ready",
  stopped: "Stopped",
  archived: "Archived",
  failed: "Failed",
} satisfies Record<Project["status"], string>;

/** By the operation that is running on a project. */
export const OPERATION_SENTENCES = {
  create: "The project's sandbox is being made.",
  start: "The project is starting.",
  stop: "The project is stopping.",
  archive: "The project is being archived.",
  turn: "The agent is at work.",
  cleanup: "The project is being tidied up.",
} satisfies Record<NonNullable<Project["operation"]>["kind"], string>;
