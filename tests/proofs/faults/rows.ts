/** Pushed beside the app's own functions (`worker.ts` puts it into `convex/`): reads and deletes all rows. */
import { v } from "convex/values";
import { internalMutation, internalQuery } from "../../../convex/_generated/server.js";
import schema from "../../../convex/schema.ts";
import type { TableNames } from "../../../convex/_generated/dataModel";

/** What the invariants are about. */
const TABLES = [
  ...(["users", "deletedClerkUsers", "projects", "leases", "turns", "turnRuns"] as const),
  ...(["turnOutput", "turnSteps", "messages", "stripeCustomers", "subscriptions"] as const),
  ...(["invoices", "payments"] as const),
];

/** More than a case has. */
const MAX_ROWS = 1_000;

/** The rows of each of these tables, read in one transaction: they are of one moment. */
export const readAll = internalQuery({
  args: {},
  returns: v.record(v.string(), v.array(v.any())),
  handler: async ({ db }) => {
    const tables = TABLES.map(async (table) => [table, await db.query(table).take(MAX_ROWS)]);
    return Object.fromEntries(await Promise.all(tables)) as Record<string, unknown[]>;
  },
});

/** Deletes the rows of every table of the app, and cancels what is scheduled. */
export const deleteAll = internalMutation({
  args: {},
  returns: v.null(),
  handler: async ({ db, scheduler }) => {
    for (const table of Object.keys(schema.tables) as TableNames[]) {
      for (const { _id } of await db.query(table).take(MAX_ROWS)) await db.delete(table, _id);
    }
    const scheduled = await db.system.query("_scheduled_functions").order("desc").take(MAX_ROWS);
    for (const { _id, state } of scheduled) {
      if (state.kind === "pending") await scheduler.cancel(_id);
    }
    return null;
  },
});
