/** Builders for projects and messages, and a look at what is stored. */
import type { FunctionArgs } from "convex/server";
import { api, internal } from "../../../convex/_generated/api.js";
import type { Doc, Id } from "../../../convex/_generated/dataModel";
import { insertProject, patchProject } from "../../../convex/projects/store.ts";
import type { Lease } from "../../../convex/projects/lease.ts";
import type { SignedInUser } from "./users.ts";
import { NOON, type TestBackend } from "./setup.ts";

const { beginCreate } = internal.projects.sandbox.create;

/** A project of this user's, ready, with a message in it; made as its owner would. */
export async function aProject(_t: TestBackend, owner: SignedInUser, name = "Tetris") {
  const { projectId, sandboxId } = await owner.action(api.projects.actions.create, {
    name,
    prompt: "A game of falling blocks",
  });
  const messageId = await aMessage(owner, projectId, "Make it faster");
  return { projectId, sandboxId, messageId };
}

/** The first step of a creation, of which nothing has come yet: the lease of its project. */
export async function beginCreation(
  owner: SignedInUser,
  newProject: FunctionArgs<typeof beginCreate>,
): Promise<Lease> {
  const begun = await owner.mutation(beginCreate, newProject);
  if ("sandboxId" in begun) throw new Error("This project is there already.");
  return begun;
}

/** Puts a turn straight into the table, one that failed unless a test needs another. */
export async function storeTurn(
  t: TestBackend,
  projectId: Id<"projects">,
  overrides: Partial<Doc<"turns">> = {},
): Promise<Id<"turns">> {
  const failure = { reason: "The agent ended.", retryable: true };
  const failed = { status: "failed" as const, failure, startedAt: NOON, endedAt: NOON };
  const fields = { projectId, number: 1, createdAt: NOON, ...failed, ...overrides };
  return await t.run((ctx) => ctx.db.insert("turns", fields));
}

/** A message from the project's owner. */
export async function aMessage(owner: SignedInUser, projectId: Id<"projects">, content: string) {
  return await owner.mutation(api.messages.mutations.insert, { projectId, role: "user", content });
}

/** Puts a project straight into the table, in whatever state a test needs. */
export async function storeProject(
  t: TestBackend,
  userId: Id<"users">,
  overrides: Partial<Parameters<typeof insertProject>[1]> = {},
): Promise<Id<"projects">> {
  return await t.run((ctx) =>
    insertProject(ctx, {
      userId,
      name: "Tetris",
      prompt: "A game of falling blocks",
      status: "ready",
      statusChangedAt: NOON,
      lastActivityAt: NOON,
      createdAt: NOON,
      ...overrides,
    }),
  );
}

/** Puts a project into another status, without asking whether it can get there. */
export async function storeStatus(
  t: TestBackend,
  projectId: Id<"projects">,
  status: Doc<"projects">["status"],
): Promise<void> {
  await t.run((ctx) => patchProject(ctx, projectId, { status }));
}

/** The row of a signed-in user. */
export async function rowOf(signedIn: SignedInUser): Promise<Doc<"users">> {
  const user = await signedIn.query(api.auth.users.currentUser, {});
  if (user === null) throw new Error("This user has no row.");
  return user;
}

/** What Stripe's webhook leaves behind for a subscription. */
export async function subscribe(
  t: TestBackend,
  userId: Id<"users">,
  status: string,
  priceId: string,
): Promise<void> {
  const id = `sub_${status}_${priceId}_${userId}`;
  const readVersion = await t.mutation(internal.payments.stripe.readVersions.beginStripeRead, {
    stripeId: id,
  });
  const terms = { priceId, quantity: 1, periodEnd: 0, cancelAtPeriodEnd: false, cancelAt: null };
  await t.mutation(internal.payments.stripe.apply.applyObject, {
    readVersion,
    object: {
      kind: "subscription",
      id,
      customerId: "cus_1",
      status,
      ...terms,
      metadata: { userId },
    },
  });
}

/** Everything in the app's own tables. */
export async function dump(t: TestBackend) {
  return await t.run(async ({ db }) => ({
    users: await db.query("users").collect(),
    deletedClerkUsers: await db.query("deletedClerkUsers").collect(),
    projects: await db.query("projects").collect(),
    leases: await db.query("leases").collect(),
    turns: await db.query("turns").collect(),
    turnRuns: await db.query("turnRuns").collect(),
    turnOutput: await db.query("turnOutput").collect(),
    turnSteps: await db.query("turnSteps").collect(),
    messages: await db.query("messages").collect(),
  }));
}
