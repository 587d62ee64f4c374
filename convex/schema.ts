/** The tables of the app, one file per domain. Components keep their own tables. */
import { defineSchema } from "convex/server";
import { authTables } from "./auth/tables";
import { messageTables } from "./messages/tables";
import { paymentTables } from "./payments/tables";
import { projectTables } from "./projects/tables";
import { turnTables } from "./turns/tables";

export default defineSchema({
  ...authTables,
  ...projectTables,
  ...turnTables,
  ...messageTables,
  ...paymentTables,
});
