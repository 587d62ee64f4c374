/**
 * Pushed beside the app's own functions (`scale-world.ts` puts it into `convex/`): inserts rows, in bounded batches, so
 * that what a function reads can be seen not to depend on how many there are.
 */
import { v } from "convex/values";
import { components } from "../../../convex/_generated/api.js";
import type { Doc, Id } from "../../../convex/_generated/dataModel";
import {
  internalMutation,
  internalQuery,
  type MutationCtx,
  type QueryCtx,
} from "../../../convex/_generated/server.js";
import { checkRateLimit } from "../../../convex/lib/rateLimits";
import { insertProject } from "../../../convex/projects/store";

const range = { from: v.number(), count: v.number() };

/** Users whom nobody asks about, each with a row or two in every table. */
export const addOtherUsers = internalMutation({
  args: range,
  returns: v.null(),
  handler: async (ctx, { from, count }) => {
    for (let i = from; i < from + count; i++) await addOtherUser(ctx, i);
    return null;
  },
});

async function addOtherUser(ctx: MutationCtx, i: number): Promise<void> {
  const { db } = ctx;
  const key = `other_${String(i)}`;
  const userId = await db.insert("users", { clerkUser: clerkUser(key) });
  await db.insert("deletedClerkUsers", {
    clerkId: `deleted_${key}`,
    deletedAt: Date.now(),
    state: "removed",
  });
  const lease = { kind: "archive", token: key, startedAt: 0, expiresAt: Infinity } as const;
  const projectId = await insertProject(ctx, { ...project(userId, key), operation: lease });
  await db.insert("messages", message(projectId, i));
  const turnId = await db.insert("turns", turn(projectId, 1));
  await db.insert("turnRuns", turnRun(projectId, turnId, key));
  await db.insert("turnOutput", chunk(turnId, 1));
  await db.insert("turnSteps", step(turnId, 1));
  await db.insert("stripeCustomers", { userId, stripeCustomerId: `cus_${key}` });
  const subscription = { userId, stripeSubscriptionId: `sub_${key}`, ended: i % 2 === 0 };
  await db.insert("subscriptions", subscription);
  await addBill(ctx, userId, key, i);
  await db.insert("stripeEvents", { eventId: `evt_${key}` });
  const reads = { started: 1, applied: 1, touchedAt: Date.now() };
  await db.insert("stripeReads", { stripeId: `sub_${key}`, ...reads });
  await checkRateLimit(ctx, "insertMessage", userId);
  const { handleSubscriptionCreated } = components.stripe.private;
  await ctx.runMutation(handleSubscriptionCreated, {
    stripeSubscriptionId: `sub_${key}`,
    stripeCustomerId: `cus_${key}`,
    status: "active",
    currentPeriodEnd: 0,
    cancelAtPeriodEnd: false,
    priceId: "price_of_another_user",
    metadata: { userId },
  });
}

function clerkUser(id: string): Doc<"users">["clerkUser"] {
  const names = { first_name: id, last_name: null, username: null, image_url: null };
  const addresses = { email_addresses: [], primary_email_address_id: null };
  return { id, ...names, ...addresses, created_at: 0, updated_at: 0 };
}

/** Archived: the sweep does not ask Daytona about it every few minutes. */
function project(userId: Id<"users">, key: string) {
  const now = Date.now();
  const content = { name: key, prompt: `An app for ${key}` };
  const status = "archived" as const;
  const times = { statusChangedAt: now, lastActivityAt: now, createdAt: now };
  return { userId, ...content, status, sandboxId: `sandbox_of_${key}`, ...times };
}

function message(projectId: Id<"projects">, i: number) {
  const content = `Message ${String(i)}: make it a little faster, please`;
  const clientMessageId = `seeded-${String(i)}`;
  return { projectId, role: "user" as const, content, clientMessageId, createdAt: i };
}

function turn(projectId: Id<"projects">, number: number) {
  const times = { createdAt: number, startedAt: number, endedAt: number };
  return { projectId, number, status: "done" as const, version: "0".repeat(40), ...times };
}

function turnRun(projectId: Id<"projects">, turnId: Id<"turns">, key: string) {
  const sandbox = { sandboxId: `sandbox_of_${key}`, session: "quaver-turn-1", offset: 0 };
  const answer = { chunks: 1, length: CHUNK.length, parts: 1, full: false };
  const times = { deadline: 0, contactAt: 0, outputAt: 0, awakeAt: 0 };
  return { projectId, turnId, ...sandbox, answer, ...times };
}

const CHUNK = "Working on it. ";

function chunk(turnId: Id<"turns">, position: number) {
  return { turnId, position, parts: [{ type: "text" as const, text: CHUNK }] };
}

function step(turnId: Id<"turns">, position: number) {
  const title = `Wrote file ${String(position)}`;
  return { turnId, position, title, status: "done" as const, startedAt: 0, endedAt: 1 };
}

async function addBill(ctx: MutationCtx, userId: Id<"users">, key: string, i: number) {
  const common = { currency: "usd", createdAt: i };
  await ctx.db.insert("invoices", {
    userId,
    stripeInvoiceId: `in_${key}`,
    status: "paid",
    amountDue: 2000,
    amountPaid: 2000,
    ...common,
  });
  await ctx.db.insert("payments", {
    userId,
    stripePaymentIntentId: `pi_${key}`,
    status: "succeeded",
    amount: 2000,
    ...common,
  });
}

/** Messages of one project, each as long as it may be. */
export const addLongMessages = internalMutation({
  args: { projectId: v.id("projects"), count: v.number() },
  returns: v.null(),
  handler: async (ctx, { projectId, count }) => {
    const text = "x".repeat(100_000);
    const parts = Array.from({ length: 8 }, () => ({ type: "text" as const, text }));
    const long = { role: "assistant" as const, content: text, parts, createdAt: 0 };
    for (let i = 0; i < count; i++) await ctx.db.insert("messages", { projectId, ...long });
    return null;
  },
});

/** Messages of one project. */
export const addMessages = internalMutation({
  args: { projectId: v.id("projects"), ...range },
  returns: v.null(),
  handler: async (ctx, { projectId, from, count }) => {
    for (let i = from; i < from + count; i++)
      await ctx.db.insert("messages", message(projectId, i));
    return null;
  },
});

/** Turns of one project that has one. */
export const addTurns = internalMutation({
  args: { projectId: v.id("projects"), ...range },
  returns: v.null(),
  handler: async (ctx, { projectId, from, count }) => {
    for (let i = from; i < from + count; i++) await ctx.db.insert("turns", turn(projectId, i + 2));
    return null;
  },
});

async function latestTurn({ db }: QueryCtx, projectId: Id<"projects">): Promise<Id<"turns">> {
  const turns = db.query("turns").withIndex("by_project", (q) => q.eq("projectId", projectId));
  const latest = await turns.order("desc").first();
  if (latest === null) throw new Error("The project has no turn.");
  return latest._id;
}

/** What the agent has done so far in the latest turn of a project, which may still run. */
export const addSteps = internalMutation({
  args: { projectId: v.id("projects"), count: v.number() },
  returns: v.null(),
  handler: async (ctx, { projectId, count }) => {
    const turnId = await latestTurn(ctx, projectId);
    for (let i = 1; i <= count; i++) await ctx.db.insert("turnSteps", step(turnId, i));
    return null;
  },
});

/** What the agent has said so far in the latest turn of a project, which may still run. */
export const addChunks = internalMutation({
  args: { projectId: v.id("projects"), count: v.number() },
  returns: v.null(),
  handler: async (ctx, { projectId, count }) => {
    const { db } = ctx;
    const turnId = await latestTurn(ctx, projectId);
    for (let i = 1; i <= count; i++) await db.insert("turnOutput", chunk(turnId, i));
    const runs = db.query("turnRuns").withIndex("by_project", (q) => q.eq("projectId", projectId));
    const run = await runs.unique();
    if (run === null) return null;
    const answer = { chunks: count, length: count * CHUNK.length, parts: 1, full: false };
    await db.patch("turnRuns", run._id, { answer: { ...answer, last: "text" } });
    return null;
  },
});

/**
 * Projects and bills of one user.
 *
 * @returns one of the projects, which has failed
 */
export const addProjectsAndBills = internalMutation({
  args: { userId: v.id("users"), projects: v.number(), bills: v.number() },
  returns: v.id("projects"),
  handler: async (ctx, { userId, projects, bills }) => {
    for (let i = 1; i < projects; i++) {
      await insertProject(ctx, project(userId, `${userId}_${String(i)}`));
    }
    for (let i = 0; i < bills; i++) {
      const key = `${userId}_${String(i)}`;
      await addBill(ctx, userId, key, i);
      await ctx.db.insert("subscriptions", {
        userId,
        stripeSubscriptionId: `sub_${key}`,
        ended: true,
      });
    }
    const { sandboxId: _, ...fields } = project(userId, userId);
    const failure = { reason: "So that it can be retried.", retryable: true, at: 0 };
    return await insertProject(ctx, { ...fields, status: "failed", failure });
  },
});

const TABLES_BY_USER = [
  ...(["projects", "usage", "subscriptions", "invoices", "payments", "stripeCustomers"] as const),
];

/** The tables in which something of a user, or of this project of theirs, is left. */
export const left = internalQuery({
  args: { userId: v.nullable(v.id("users")), projectId: v.id("projects") },
  returns: v.array(v.string()),
  handler: async ({ db }, { userId, projectId }) => {
    const first: Record<string, unknown> = {
      projects: await db.get("projects", projectId),
      messages: await db
        .query("messages")
        .withIndex("by_project", (q) => q.eq("projectId", projectId))
        .first(),
      leases: await db
        .query("leases")
        .withIndex("by_project", (q) => q.eq("projectId", projectId))
        .first(),
      turns: await db
        .query("turns")
        .withIndex("by_project", (q) => q.eq("projectId", projectId))
        .first(),
    };
    if (userId !== null) {
      first.users = await db.get("users", userId);
      first.deletedClerkUsers = await db
        .query("deletedClerkUsers")
        .withIndex("by_state", (q) => q.eq("state", "removing"))
        .first();
      for (const table of TABLES_BY_USER) {
        const rows = db.query(table).withIndex("by_user", (q) => q.eq("userId", userId));
        first[table] ??= await rows.first();
      }
    }
    return Object.keys(first).filter((table) => first[table] !== null);
  },
});
