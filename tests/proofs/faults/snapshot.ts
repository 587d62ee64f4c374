/**
 * Pushed beside the app's own functions (`worker.ts` puts it into `convex/`): all rows that the invariants are about, in
 * one transaction, so that they are of one moment.
 */
import { v } from "convex/values";
import { internalQuery } from "../../../convex/_generated/server.js";

const TABLES = [
  ...(["users", "deletedClerkUsers", "projects", "leases", "turns", "turnRuns"] as const),
  ...(["turnOutput", "turnSteps", "messages", "stripeCustomers", "subscriptions"] as const),
  ...(["invoices", "payments"] as const),
];

/** More than a case has. */
const MAX_ROWS = 1_000;

/** The rows of each table. */
export const readAll = internalQuery({
  args: {},
  returns: v.record(v.string(), v.array(v.any())),
  handler: async ({ db }) => {
    const tables = TABLES.map(async (table) => [table, await db.query(table).take(MAX_ROWS)]);
    return Object.fromEntries(await Promise.all(tables)) as Record<string, unknown[]>;
  },
});
