/** A project's turns, and what the agent is saying. */
import { paginationOptsValidator, paginationResultValidator } from "convex/server";
import { v } from "convex/values";
import type { Id } from "../_generated/dataModel";
import type { QueryCtx } from "../_generated/server";
import { optionalUserQuery, userQuery } from "../lib/functions";
import { boundedPage, emptyPage, takeWithin } from "../lib/reading";
import { findReadableProject } from "../projects/access";
import { findOwnedTurn } from "./access";
import { stepsOf } from "./steps";
import { outputPart, turnDoc, turnStep } from "./tables";

/** The most turns in `listByProject`; more are read by `pageByProject`. */
const MAX_LISTED = 100;

/** The most chunks in one answer of `output`. */
const MAX_CHUNKS = 1000;

/**
 * The newest 100 turns of a project, oldest first. Empty while signed out, for someone else's project,
 * and for an id (part of a URL) that is no id.
 */
export const listByProject = optionalUserQuery({
  args: { projectId: v.string() },
  returns: v.array(turnDoc),
  handler: async (ctx, args) => {
    const project = await findReadableProject(ctx, args.projectId);
    if (project === null) return [];
    const newest = await takeWithin(newestFirst(ctx, project._id), { limit: MAX_LISTED });
    return newest.reverse();
  },
});

/** The turns of a project, newest first, in pages. Empty where `listByProject` is. */
export const pageByProject = optionalUserQuery({
  args: { projectId: v.string(), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(turnDoc),
  handler: async (ctx, args) => {
    const project = await findReadableProject(ctx, args.projectId);
    if (project === null) return emptyPage();
    return await newestFirst(ctx, project._id).paginate(boundedPage(args.paginationOpts));
  },
});

function newestFirst(ctx: QueryCtx, projectId: Id<"projects">) {
  return ctx.db
    .query("turns")
    .withIndex("by_project", (q) => q.eq("projectId", projectId))
    .order("desc");
}

/**
 * What the agent of a running turn has said since `after`: 0 at first, then the last answer's `next`. Each piece is answered
 * once, whatever the length of the answer so far. In the transaction in which a turn ends, its message has the whole
 * answer, and here there is nothing more.
 *
 * @returns pieces to append (those of one kind that follow each other are one part), where the next ones begin, and
 *   whether the turn is over; null when there is no such turn of the caller's
 */
export const output = userQuery({
  args: { turnId: v.id("turns"), after: v.number() },
  returns: v.nullable(
    v.object({ parts: v.array(outputPart), next: v.number(), isOver: v.boolean() }),
  ),
  handler: async (ctx, { turnId, after }) => {
    const found = await findOwnedTurn(ctx, turnId);
    if (found === null) return null;
    const { status } = found.turn;
    if (status !== "running") return { parts: [], next: after, isOver: status !== "queued" };
    const chunks = ctx.db
      .query("turnOutput")
      .withIndex("by_turn", (q) => q.eq("turnId", turnId).gt("position", after));
    const taken = await takeWithin(chunks, { limit: MAX_CHUNKS });
    const next = taken.at(-1)?.position ?? after;
    return { parts: taken.flatMap(({ parts }) => parts), next, isOver: false };
  },
});

/**
 * What the agent has done in a turn, step by step: while it runs, and afterwards.
 *
 * @returns at most 200 steps, in the order in which they began; null when there is no such turn of the caller's
 */
export const steps = userQuery({
  args: { turnId: v.id("turns") },
  returns: v.nullable(v.array(turnStep)),
  handler: async (ctx, { turnId }) => {
    if ((await findOwnedTurn(ctx, turnId)) === null) return null;
    const stored = await stepsOf(ctx, turnId);
    return stored.map(({ position, title, status, startedAt, endedAt }) => ({
      ...{ position, title, status, startedAt },
      ...(endedAt !== undefined && { endedAt }),
    }));
  },
});
