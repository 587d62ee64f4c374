/** Texts for the backend's states; one that is missing is a type error. */
import { text } from "../text";
import type { Project } from "./types";

/** By a project's status. */
export const STATUS_LABELS: Record<Project["status"], string> = text.project.status;
