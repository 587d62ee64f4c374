/**
 * The builders of every public function. They find the caller before the handler runs, so that no
 * handler can forget to: `ctx.user` is the signed-in user's row. Nothing else may import
 * `query`, `mutation` and `action` from `_generated/server`.
 *
 * Ownership is the handlers' own part, by `ownedProject` in `projects/access.ts`.
 */
import {
  customAction,
  customCtx,
  customMutation,
  customQuery,
} from "convex-helpers/server/customFunctions";
import { internal } from "../_generated/api";
import type { Doc } from "../_generated/dataModel";
import { action, internalMutation, mutation, query, type ActionCtx } from "../_generated/server";
import { findCaller, requireCaller, requireIdentity } from "./caller";

/** A query for signed-in users: refuses with `UNAUTHENTICATED` or `USER_NOT_SYNCED`. */
export const userQuery = customQuery(
  query,
  customCtx(async (ctx) => ({ user: await requireCaller(ctx) })),
);

/**
 * A query that signed-out callers may call too: then `ctx.user` is null, and the handler must return
 * an empty result. For what a front end calls before it has a token.
 */
export const optionalUserQuery = customQuery(
  query,
  customCtx(async (ctx) => ({ user: await findCaller(ctx) })),
);

/** A mutation for signed-in users: refuses with `UNAUTHENTICATED` or `USER_NOT_SYNCED`. */
export const userMutation = customMutation(
  mutation,
  customCtx(async (ctx) => ({ user: await requireCaller(ctx) })),
);

/**
 * The internal mutations that a `userAction` runs on its caller's behalf. The caller is found
 * again, inside the transaction: they may have been deleted since the action began.
 */
export const internalUserMutation = customMutation(
  internalMutation,
  customCtx(async (ctx) => ({ user: await requireCaller(ctx) })),
);

/**
 * An action for users with a token, whether or not there is a row: `ctx.identity` is what the token
 * says. Refuses with `UNAUTHENTICATED`.
 */
export const identityAction = customAction(
  action,
  customCtx(async (ctx: ActionCtx) => ({ identity: await requireIdentity(ctx) })),
);

/** An action for signed-in users: refuses with `UNAUTHENTICATED` or `USER_NOT_SYNCED`. */
export const userAction = customAction(
  action,
  customCtx(async (ctx: ActionCtx): Promise<{ user: Doc<"users"> }> => ({
    user: await ctx.runQuery(internal.auth.users.callerForAction, {}),
  })),
);
