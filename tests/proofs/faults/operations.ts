/** The operations that must survive every fault: what each needs beforehand, and what its caller does. */
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { holdsWithin } from "../../support/until.ts";
import {
  createProject,
  payCheckout,
  subscribe,
  untilAtRest,
  type TestUser,
} from "../../support/user.ts";
import type { Watcher } from "./watcher.ts";
import type { Worker } from "./worker.ts";

const { create, start, stop, archive, ensureRunning, retry } = api.projects.actions;
const { start: startTurn, cancel: cancelTurn, retry: retryTurn } = api.turns.mutations;
const { restore, download } = api.turns.actions;
const { createCheckoutSession } = api.payments.actions;

const PROJECT = { name: "Tetris", prompt: "Falling blocks" };

/** One run of an operation. */
export interface Run {
  worker: Worker;
  user: TestUser;
  userId: Id<"users">;
  watcher: Watcher;
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

const ATTEMPTS = 4; // of a user who wants something: to buy, or a prompt to be worked on

/** A call that is made again until it is answered. */
async function insist<T>(run: Run, call: (user: TestUser) => Promise<T>): Promise<T | undefined> {
  for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
    const answer = await attempt(run, call);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** As by somebody who did not see the first answer: it is the same turn. */
async function twice(call: () => Promise<unknown>): Promise<void> {
  await call();
  await call();
}

/** A prompt that is sent until it has a turn. */
async function send(run: Run, projectId: Id<"projects">, prompt: string) {
  const turn = { projectId, prompt, clientMessageId: prompt };
  return await insist(run, (user) => user.mutation(startTurn, turn));
}

/** A project whose first turn is over. */
async function aProjectAtRest(run: Run): Promise<Id<"projects">> {
  const { projectId } = await createProject(run.user, { name: "Tetris", prompt: "Blocks" });
  await untilAtRest(run.user, projectId);
  return projectId;
}

/** A project whose second turn has failed. */
async function aProjectWithFailedTurn(run: Run): Promise<Id<"projects">> {
  const projectId = await aProjectAtRest(run);
  await send(run, projectId, "Fail at first");
  await untilAtRest(run.user, projectId);
  return projectId;
}

/** A project of which the agent has written two versions. */
async function aProjectWithVersions(run: Run): Promise<Id<"projects">> {
  const projectId = await aProjectAtRest(run);
  await send(run, projectId, "Faster");
  await untilAtRest(run.user, projectId);
  return projectId;
}

const HEARD_WITHIN_MS = 8_000; // of a turn that is to be cancelled; with a fault there may be nothing to hear

const TURNS: readonly Operation[] = [
  {
    name: "start a turn",
    prepare: aProjectAtRest,
    act: (run, projectId) => twice(() => send(run, projectId!, "Now much faster")),
  },
  {
    name: "queue a turn",
    prepare: aProjectAtRest,
    act: async (run, projectId) => {
      await send(run, projectId!, "Faster");
      await send(run, projectId!, "Slower");
    },
  },
  {
    name: "cancel a turn",
    prepare: aProjectAtRest,
    act: async (run, projectId) => {
      const turn = await send(run, projectId!, "Go on for ever");
      await send(run, projectId!, "Slower");
      if (turn === undefined) return;
      const { turnId } = turn;
      await holdsWithin(HEARD_WITHIN_MS, () =>
        Promise.resolve(run.watcher.heard(turnId) === "Go on "),
      );
      await insist(run, (user) => user.mutation(cancelTurn, { turnId }));
    },
  },
  {
    name: "retry a turn",
    prepare: aProjectWithFailedTurn,
    act: async (run, projectId) => {
      const turns = await run.user.query(api.turns.queries.listByProject, {
        projectId: projectId!,
      });
      const turnId = turns.at(-1)!._id;
      await twice(() => insist(run, (user) => user.mutation(retryTurn, { turnId })));
    },
  },
  {
    name: "restore",
    prepare: aProjectWithVersions,
    act: async (run, projectId) => {
      const [first] = await run.user.query(api.turns.queries.listByProject, {
        projectId: projectId!,
      });
      await attempt(run, (user) => user.action(restore, { turnId: first!._id }));
      await send(run, projectId!, "Slower"); // which waits for it
    },
  },
  {
    name: "download",
    prepare: aProjectAtRest,
    act: (run, projectId) =>
      attempt(run, (user) => user.action(download, { projectId: projectId! })),
  },
];

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
  ...TURNS.map((operation) => ({ ...operation, agent: true })),
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
      const session = await insist(run, (user) =>
        user.action(createCheckoutSession, { plan: "pro" }),
      );
      if (session !== undefined) await payCheckout(session.url);
    },
  },
];
