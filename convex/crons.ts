/** What happens by the clock. Each begins bounded work that orders itself again while there is more. */
import { cronJobs } from "convex/server";
import { internal } from "./_generated/api";

const crons = cronJobs();

// Nothing stays wrong for longer: see `projects/sweep.ts`.
crons.interval("sweep", { minutes: 5 }, internal.projects.sweep.run, {});

// Off the full hour, when everyone's jobs run. Each project costs a call to Daytona.
crons.hourly("sweep stopped", { minuteUTC: 17 }, internal.projects.sweep.runStopped, {});

crons.hourly("pick up deletions", { minuteUTC: 37 }, internal.auth.deletion.pickUp, {});

crons.daily(
  "expire tombstones",
  { hourUTC: 3, minuteUTC: 47 },
  internal.auth.deletion.expireTombstones,
  {},
);

crons.daily(
  "forget old Stripe events",
  { hourUTC: 3, minuteUTC: 57 },
  internal.payments.expiry.forgetOld,
  {},
);

export default crons;
