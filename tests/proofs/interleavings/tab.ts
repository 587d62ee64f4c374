/** A tab of the person's browser: it asks for one thing after the other, and is answered or refused. */
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError, type QuaverErrorCode } from "../../../convex/lib/errors.ts";
import type { Person } from "../../convex/people.ts";
import type { Findings } from "./findings.ts";
import { inFrame } from "./frames.ts";
import type { Request } from "./plan.ts";

const { create, retry, start, stop, archive, ensureRunning } = api.projects.actions;
const { generate, cancelGeneration, previewUrl } = api.projects.actions;
const { rename, remove } = api.projects.mutations;

const OPERATE = [
  "NOT_FOUND",
  "INVALID_TRANSITION",
  "OPERATION_IN_PROGRESS",
  "RATE_LIMITED",
] as const;

/** The codes that each function's docstring lists. */
const REFUSALS: Record<Request["name"], readonly QuaverErrorCode[]> = {
  create: ["INVALID_ARGUMENT", "RATE_LIMITED", "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  retry: [...OPERATE, "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  start: [...OPERATE, "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  ensureRunning: [...OPERATE, "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
  stop: [...OPERATE, "SANDBOX_UNAVAILABLE"],
  archive: [...OPERATE, "SANDBOX_UNAVAILABLE"],
  generate: [...OPERATE, "INVALID_ARGUMENT"],
  cancelGeneration: ["NOT_FOUND"],
  previewUrl: [
    ...(["NOT_FOUND", "INVALID_ARGUMENT", "INVALID_TRANSITION"] as const),
    ...(["RATE_LIMITED", "SANDBOX_UNAVAILABLE"] as const),
  ],
  rename: ["NOT_FOUND", "INVALID_ARGUMENT"],
  remove: ["NOT_FOUND"],
};

/** Who asks, and about which projects. */
export interface TabOptions {
  name: string;
  person: Person;
  /** Every project that there ever was, oldest first. */
  projects: () => Id<"projects">[];
  agent: boolean;
  findings: Findings;
}

const NEVER = Symbol("an answer that never comes");

/** Asks, and comes back with the answer, or without one if whoever was to give it has died. */
export async function ask(request: Request, options: TabOptions): Promise<void> {
  const { name, findings } = options;
  const known = options.projects();
  const projectId = known[request.project % Math.max(1, known.length)];
  if (projectId === undefined && request.name !== "create") return;
  try {
    const answer = await new Promise((resolve, reject) => {
      const abandon = () => resolve(NEVER);
      inFrame({ name: `${name}'s ${request.name}`, abandon }, () =>
        SENDERS[request.name](options.person, projectId!),
      ).then(resolve, reject);
    });
    findings.note(answer === NEVER ? "call without an answer" : "call answered");
  } catch (error) {
    judge(request.name, error, options);
  }
}

function judge(name: Request["name"], error: unknown, { agent, findings }: TabOptions): void {
  if (!isQuaverError(error)) {
    findings.violation(`broken: ${name} ended in ${String(error)}`);
    return;
  }
  const { code } = error.data;
  findings.note(`refused, ${code}`);
  // All arguments here are good; only an agent may be missing.
  const expected = code !== "INVALID_ARGUMENT" || (name === "generate" && !agent);
  if (!REFUSALS[name].includes(code) || !expected) {
    findings.violation(`refusal: ${name} was refused with ${code}`);
  }
}

type Send = (person: Person, projectId: Id<"projects">) => Promise<unknown>;

/** The calls themselves; all of their arguments are good. */
const SENDERS: Record<Request["name"], Send> = {
  create: (person) => person.action(create, { name: "Tetris", prompt: "Falling blocks" }),
  retry: (person, projectId) => person.action(retry, { projectId }),
  start: (person, projectId) => person.action(start, { projectId }),
  stop: (person, projectId) => person.action(stop, { projectId }),
  archive: (person, projectId) => person.action(archive, { projectId }),
  ensureRunning: (person, projectId) => person.action(ensureRunning, { projectId }),
  generate: (person, projectId) => person.action(generate, { projectId, prompt: "Faster" }),
  cancelGeneration: (person, projectId) => person.action(cancelGeneration, { projectId }),
  previewUrl: (person, projectId) => person.action(previewUrl, { projectId }),
  rename: (person, projectId) => person.mutation(rename, { projectId, name: "Blocks" }),
  remove: (person, projectId) => person.mutation(remove, { projectId }),
};
