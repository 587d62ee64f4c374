/** What runs by the clock. Each begins bounded work that schedules itself again while there is more. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";
import { SWEEP_INTERVAL } from "./projects/reconcile/decisions";

const crons = cronJobs();

// Nothing stays wrong for longer: see `projects/reconcile/sweep.ts`.
crons.interval("sweep", SWEEP_INTERVAL, internal.projects.reconcile.sweep.sweepRunning, {});

// Off the full hour, when everyone's jobs run. Each project costs a call to Daytona.
crons.hourly(
  "sweep stopped",
  { minuteUTC: 17 },
  internal.projects.reconcile.sweep.sweepStopped,
  {},
);

crons.hourly(
  "resume removals of deleted users",
  { minuteUTC: 37 },
  internal.auth.deletion.resumeRemovals,
  {},
);

crons.daily(
  "expire tombstones",
  { hourUTC: 3, minuteUTC: 47 },
  internal.auth.deletion.expireTombstones,
  {},
);

crons.daily(
  "delete expired payment rows",
  { hourUTC: 3, minuteUTC: 57 },
  internal.payments.stripe.expiry.deleteExpired,
  {},
);

export default crons;
