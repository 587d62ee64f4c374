/** The operations that are to survive everything: what there must be before, and what a person does. */
import type { ConvexHttpClient } from "convex/browser";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { isQuaverError } from "../../../convex/lib/errors.ts";
import { signUp, type Person } from "../../support/emulators.ts";
import type { Lane } from "./lane.ts";
import { until } from "./patience.ts";

const { create, start, stop, archive, ensureRunning, retry, generate } = api.projects.actions;
const { remove } = api.projects.mutations;
const { getById } = api.projects.queries;
const { createCheckoutSession } = api.payments.actions;
const { currentPlan } = api.payments.queries;

/** Someone who is known here. */
export interface Member extends Person {
  userId: Id<"users">;
}

/** Somebody in front of their screen. */
export interface Stage {
  lane: Lane;
  person: Member;
  /** What they were told that is no refusal in the backend's own words. */
  surprises: string[];
}

/** See above. */
export interface Operation {
  name: string;
  /** Whether there is an agent on the deployment. */
  agent?: boolean;
  /** Makes what is there before; nothing fails meanwhile. */
  prepare(stage: Stage): Promise<Id<"projects"> | null>;
  /** Does it. */
  act(stage: Stage, projectId: Id<"projects"> | null): Promise<void>;
}

/** A person whose row is there. */
export async function aPerson(lane: Lane): Promise<Member> {
  const email = `${crypto.randomUUID()}@example.com`;
  const person = await signUp({ clerkUrl: lane.world.clerk.url }, email, "Ada");
  const client = await lane.clientOf(person);
  const { _id: userId } = await client.action(api.auth.users.syncCurrentUser, {});
  return { ...person, userId };
}

/** A project that is ready, with a message. */
async function aProject({ lane, person }: Stage): Promise<Id<"projects">> {
  const client = await lane.clientOf(person);
  const { projectId } = await client.action(create, { name: "Tetris", prompt: "Falling blocks" });
  const message = { projectId, role: "user", content: "Make it faster" } as const;
  await client.mutation(api.messages.mutations.insert, message);
  return projectId;
}

/** A project whose sandbox is in an error, and which says so. */
async function aBrokenProject(stage: Stage): Promise<Id<"projects">> {
  const { daytona } = stage.lane.world;
  daytona.faults.add({ method: "POST", kind: { error: "out of disk", recoverable: false } });
  const client = await stage.lane.clientOf(stage.person);
  await client.action(create, { name: "Tetris", prompt: "Falling blocks" }).catch(() => null);
  daytona.faults.clear();
  const [project] = await client.query(api.projects.queries.listForCurrentUser, {});
  if (project?.status !== "failed") throw new Error("The project should have failed.");
  return project._id;
}

/** A subscription, paid for on Stripe's page. */
async function subscribed({ lane, person }: Stage): Promise<void> {
  const client = await lane.clientOf(person);
  const { url } = await client.action(createCheckoutSession, { plan: "pro" });
  await pay(url);
  await until(async () => (await client.query(currentPlan, {})).plan === "pro", "the paid plan");
}

async function pay(url: string): Promise<void> {
  const body = new URLSearchParams({ card: "works" });
  await fetch(url, { method: "POST", body, redirect: "manual" });
}

/** A call whose refusal, in the backend's own words, or loss with the deployment is part of the game. */
async function attempt<T>(
  stage: Stage,
  call: (client: ConvexHttpClient) => Promise<T>,
): Promise<T | undefined> {
  const { lane, person, surprises } = stage;
  try {
    return await call(await lane.clientOf(person));
  } catch (error) {
    const isLost = lane.wasKilled && error instanceof TypeError;
    if (!isLost && !isQuaverError(error)) surprises.push(`the caller was told: ${String(error)}`);
    return undefined;
  }
}

function onProject(
  name: string,
  change: typeof start,
  before: readonly (typeof start)[] = [],
): Operation {
  return {
    name,
    prepare: async (stage) => {
      const projectId = await aProject(stage);
      const client = await stage.lane.clientOf(stage.person);
      for (const action of before) await client.action(action, { projectId });
      return projectId;
    },
    act: async (stage, projectId) => {
      await attempt(stage, (client) => client.action(change, { projectId: projectId! }));
    },
  };
}

const TRIES = 4; // of a person who wants to buy something

/** All of them. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: "create",
    prepare: () => Promise.resolve(null),
    act: async (stage) => {
      const project = { name: "Tetris", prompt: "Falling blocks" };
      await attempt(stage, (client) => client.action(create, project));
    },
  },
  onProject("start", start, [stop]),
  onProject("stop", stop),
  onProject("archive", archive, [stop]),
  onProject("wake", ensureRunning, [stop, archive]),
  {
    name: "retry",
    prepare: aBrokenProject,
    act: async (stage, projectId) => {
      await attempt(stage, (client) => client.action(retry, { projectId: projectId! }));
    },
  },
  {
    name: "remove",
    prepare: aProject,
    act: async (stage, projectId) => {
      await attempt(stage, (client) => client.mutation(remove, { projectId: projectId! }));
    },
  },
  {
    name: "create with an agent",
    agent: true,
    prepare: () => Promise.resolve(null),
    act: async (stage) => {
      const project = { name: "Tetris", prompt: "Falling blocks" };
      await attempt(stage, (client) => client.action(create, project));
    },
  },
  {
    name: "generate",
    agent: true,
    prepare: async (stage) => {
      const projectId = await aProject(stage);
      const client = await stage.lane.clientOf(stage.person);
      const isReady = async () => (await client.query(getById, { projectId }))?.status === "ready";
      await until(isReady, "the first turn's end");
      return projectId;
    },
    act: async (stage, projectId) => {
      const turn = { projectId: projectId!, prompt: "Faster", clientMessageId: "m-1" };
      await attempt(stage, (client) => client.action(generate, turn));
    },
  },
  {
    name: "delete the account",
    prepare: async (stage) => {
      await subscribed(stage);
      return await aProject(stage);
    },
    act: async (stage) => {
      await attempt(stage, (client) => client.action(api.auth.users.deleteUser, {}));
    },
  },
  {
    name: "check out",
    prepare: () => Promise.resolve(null),
    act: async (stage) => {
      for (let tries = 0; tries < TRIES; tries++) {
        const session = await attempt(stage, (client) =>
          client.action(createCheckoutSession, { plan: "pro" }),
        );
        if (session === undefined) continue;
        await pay(session.url);
        return;
      }
    },
  },
];
