/** Names for what the backend's functions return. */
import type { FunctionReturnType } from "convex/server";
import type { api } from "@backend/_generated/api";

/** A project, as its owner reads it. */
export type Project = NonNullable<FunctionReturnType<typeof api.projects.queries.getById>>;

/** A message of a project's conversation. */
export type Message = FunctionReturnType<typeof api.messages.queries.listByProject>[number];

/** A turn: a prompt, and what the agent made of it. */
export type Turn = FunctionReturnType<typeof api.turns.queries.listByProject>[number];

/** A step of a turn. */
export type Step = NonNullable<FunctionReturnType<typeof api.turns.queries.steps>>[number];

/** What is in a folder of the app. */
export type FolderEntry = FunctionReturnType<typeof api.turns.actions.listFiles>["entries"][number];

/** A file of the app: its text, or what it is instead. */
export type AppFile = FunctionReturnType<typeof api.turns.actions.readFile>;

/** What a turn changed. */
export type Changes = FunctionReturnType<typeof api.turns.actions.changes>;

/** A plan, what it allows, and what is used of it. */
export type CurrentPlan = FunctionReturnType<typeof api.payments.queries.currentPlan>;
