/** What a tab may ask for, and the refusals that it may get. */
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError, type QuaverErrorCode } from "../../../convex/lib/errors.ts";
import type { SignedInUser } from "../../convex/support/users.ts";
import { inFrame, type Findings } from "./call-frames.ts";

const { create, retry, start, stop, archive, ensureRunning, previewUrl } = api.projects.actions;
const { start: startTurn, cancel: cancelTurn, retry: retryTurn } = api.turns.mutations;
const { restore } = api.turns.actions;
const { rename, remove } = api.projects.mutations;

interface RequestKind {
  /** How often it is made, beside the others. */
  weight: number;
  /** The codes that the function's docstring lists. */
  refusals: readonly QuaverErrorCode[];
  /** The call; all of its arguments are valid. */
  send: (user: SignedInUser, projectId: Id<"projects">) => Promise<unknown>;
}

const OPERATION: readonly QuaverErrorCode[] = [
  ...(["NOT_FOUND", "INVALID_TRANSITION", "OPERATION_IN_PROGRESS", "RATE_LIMITED"] as const),
];
const SANDBOX_OPERATION = [...OPERATION, "SANDBOX_UNAVAILABLE"] as const;
const STARTING = [...SANDBOX_OPERATION, "PLAN_LIMIT_REACHED"] as const;

const PROJECT = { name: "Tetris", prompt: "Falling blocks" };

export const REQUESTS = {
  create: {
    weight: 2,
    refusals: ["INVALID_ARGUMENT", "RATE_LIMITED", "PLAN_LIMIT_REACHED", "SANDBOX_UNAVAILABLE"],
    send: (user) => user.action(create, PROJECT),
  },
  retry: onProject(3, retry, STARTING),
  start: onProject(4, start, STARTING),
  stop: onProject(5, stop, SANDBOX_OPERATION),
  archive: onProject(3, archive, SANDBOX_OPERATION),
  ensureRunning: onProject(3, ensureRunning, STARTING),
  previewUrl: onProject(1, previewUrl, [
    ...(["NOT_FOUND", "INVALID_ARGUMENT", "INVALID_TRANSITION"] as const),
    ...(["RATE_LIMITED", "SANDBOX_UNAVAILABLE"] as const),
  ]),
  startTurn: {
    weight: 8,
    refusals: [...OPERATION, "QUEUE_FULL", "AGENT_NOT_CONFIGURED"],
    send: (user, projectId) => user.mutation(startTurn, { projectId, prompt: "Faster" }),
  },
  cancelTurn: onTurn(2, ["running"], ["NOT_FOUND"], (user, turnId) =>
    user.mutation(cancelTurn, { turnId }),
  ),
  withdrawTurn: onTurn(3, ["queued"], ["NOT_FOUND"], (user, turnId) =>
    user.mutation(cancelTurn, { turnId }),
  ),
  retryTurn: onTurn(
    3,
    ["failed", "cancelled"],
    [...OPERATION, "QUEUE_FULL", "AGENT_NOT_CONFIGURED"],
    (user, turnId) => user.mutation(retryTurn, { turnId }),
  ),
  restoreTurn: onTurn(
    4,
    ["done"],
    [...OPERATION, "VERSION_NOT_FOUND"],
    (user, turnId) => user.action(restore, { turnId }),
    "first",
  ),
  rename: {
    weight: 1,
    refusals: ["NOT_FOUND", "INVALID_ARGUMENT"],
    send: (user, projectId) => user.mutation(rename, { projectId, name: "Blocks" }),
  },
  remove: {
    weight: 1,
    refusals: ["NOT_FOUND"],
    send: (user, projectId) => user.mutation(remove, { projectId }),
  },
} satisfies Record<string, RequestKind>;

export type RequestName = keyof typeof REQUESTS;

function onProject(
  weight: number,
  action: typeof stop | typeof retry | typeof previewUrl,
  refusals: RequestKind["refusals"],
): RequestKind {
  return { weight, refusals, send: (user, projectId) => user.action(action, { projectId }) };
}

/** A request about the latest turn of the project in one of these statuses, or the first; none where there is none. */
function onTurn(
  weight: number,
  statuses: readonly string[],
  refusals: RequestKind["refusals"],
  send: (user: SignedInUser, turnId: Id<"turns">) => Promise<unknown>,
  which: "first" | "latest" = "latest",
): RequestKind {
  const sendAboutTurn: RequestKind["send"] = async (user, projectId) => {
    const turns = await user.query(api.turns.queries.listByProject, { projectId });
    const fitting = turns.filter(({ status }) => statuses.includes(status));
    const turn = fitting.at(which === "first" ? 0 : -1);
    return turn && (await send(user, turn._id));
  };
  return { weight, refusals, send: sendAboutTurn };
}

/** Who calls, and about which projects. */
interface Tab {
  name: string;
  user: SignedInUser;
  /** Every project so far, oldest first. */
  projects: readonly Id<"projects">[];
  agent: boolean;
  findings: Findings;
}

const NO_ANSWER = Symbol("no answer");

/** Makes a call, and waits for its answer, or for the death of the process that was to give it. */
export async function ask(
  { name, project }: { name: RequestName; project: number },
  { name: tab, user, projects, agent, findings }: Tab,
): Promise<void> {
  const projectId = projects[project % Math.max(1, projects.length)];
  if (projectId === undefined && name !== "create") return;
  const { send, refusals }: RequestKind = REQUESTS[name];
  try {
    const answer = await new Promise((resolve, reject) => {
      const abandon = () => resolve(NO_ANSWER);
      const frame = { name: `${tab}'s ${name}`, abandon };
      inFrame(frame, () => send(user, projectId!)).then(resolve, reject);
    });
    findings.note(answer === NO_ANSWER ? "call without an answer" : "call answered");
  } catch (error) {
    if (!isQuaverError(error)) {
      findings.violation(`error: ${name} threw ${String(error)}`);
      return;
    }
    const { code } = error.data;
    findings.note(`refused, ${code}`);
    // All arguments here are valid; only an agent may be missing.
    const isExpected = code !== "AGENT_NOT_CONFIGURED" || !agent;
    if (!refusals.includes(code) || !isExpected) {
      findings.violation(`refusal: ${name} was refused with ${code}`);
    }
  }
}
