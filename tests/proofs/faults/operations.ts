/** The operations that must survive every fault: what each needs beforehand, and what its caller does. */
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import {
  createProject,
  payCheckout,
  subscribe,
  untilAtRest,
  type TestUser,
} from "../../support/user.ts";
import type { Worker } from "./worker.ts";

const { create, start, stop, archive, ensureRunning, retry } = api.projects.actions;
const { start: startTurn } = api.turns.mutations;
const { createCheckoutSession } = api.payments.actions;

const PROJECT = { name: "Tetris", prompt: "Falling blocks" };

/** One run of an operation. */
export interface Run {
  worker: Worker;
  user: TestUser;
  userId: Id<"users">;
  /** Errors that the caller was given and that are none of the backend's own. */
  unexpected: string[];
}

/** Something that a user does. */
export interface Operation {
  name: string;
  /** Whether the deployment has an agent. */
  agent?: boolean;
  /** Makes what is needed beforehand; nothing fails meanwhile. */
  prepare?(run: Run): Promise<Id<"projects"> | null>;
  act(run: Run, projectId: Id<"projects"> | null): Promise<unknown>;
}

/** A project that is ready, with a message. */
async function aProject({ user }: Run): Promise<Id<"projects">> {
  const { projectId } = await createProject(user);
  const message = { projectId, role: "user", content: "Make it faster" } as const;
  await user.mutation(api.messages.mutations.insert, message);
  return projectId;
}

/** A project whose sandbox is in an error, and which has failed. */
async function aFailedProject({ worker, user }: Run): Promise<Id<"projects">> {
  const { faults } = worker.world.daytona;
  faults.add({ method: "POST", kind: { error: "out of disk", recoverable: false } });
  await createProject(user).catch(() => null);
  faults.clear();
  const [project] = await user.query(api.projects.queries.listForCurrentUser, {});
  if (project?.status !== "failed") throw new Error("The project should have failed.");
  return project._id;
}

/** A call that may be refused by the backend, or lost with the deployment; any other error is unexpected. */
async function attempt<T>(run: Run, call: (user: TestUser) => Promise<T>): Promise<T | undefined> {
  const { worker, user, unexpected } = run;
  await worker.up();
  try {
    return await call(user);
  } catch (error) {
    const isLost = worker.wasKilled && error instanceof TypeError;
    if (!isLost && !isQuaverError(error)) unexpected.push(`the caller was told: ${String(error)}`);
    return undefined;
  }
}

/** A call on a project that is ready, after these others. */
function onProject(
  name: string,
  action: typeof start,
  before: readonly (typeof start)[] = [],
): Operation {
  return {
    name,
    prepare: async (run) => {
      const projectId = await aProject(run);
      for (const earlier of before) await run.user.action(earlier, { projectId });
      return projectId;
    },
    act: (run, projectId) => attempt(run, (user) => user.action(action, { projectId: projectId! })),
  };
}

const CHECKOUT_ATTEMPTS = 4; // of a user who wants to buy something

/** All of them. */
export const OPERATIONS: readonly Operation[] = [
  { name: "create", act: (run) => attempt(run, (user) => user.action(create, PROJECT)) },
  onProject("start", start, [stop]),
  onProject("stop", stop),
  onProject("archive", archive, [stop]),
  onProject("wake", ensureRunning, [stop, archive]),
  {
    name: "retry",
    prepare: aFailedProject,
    act: (run, projectId) => attempt(run, (user) => user.action(retry, { projectId: projectId! })),
  },
  {
    name: "remove",
    prepare: aProject,
    act: (run, projectId) =>
      attempt(run, (user) =>
        user.mutation(api.projects.mutations.remove, { projectId: projectId! }),
      ),
  },
  {
    name: "create with an agent",
    agent: true,
    act: (run) => attempt(run, (user) => user.action(create, PROJECT)),
  },
  {
    name: "start a turn",
    agent: true,
    prepare: async (run) => {
      const projectId = await aProject(run);
      await untilAtRest(run.user, projectId);
      return projectId;
    },
    act: (run, projectId) => {
      const turn = { projectId: projectId!, prompt: "Faster", clientMessageId: "m-1" };
      return attempt(run, (user) => user.mutation(startTurn, turn));
    },
  },
  {
    name: "delete the account",
    prepare: async (run) => {
      await subscribe(run.user);
      return await aProject(run);
    },
    act: (run) => attempt(run, (user) => user.action(api.auth.users.deleteUser, {})),
  },
  {
    name: "check out",
    act: async (run) => {
      for (let attempts = 0; attempts < CHECKOUT_ATTEMPTS; attempts++) {
        const session = await attempt(run, (user) =>
          user.action(createCheckoutSession, { plan: "pro" }),
        );
        if (session !== undefined) {
          await payCheckout(session.url);
          return;
        }
      }
    },
  },
];
