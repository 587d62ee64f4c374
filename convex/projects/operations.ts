/**
 * The transactions around starting, stopping and archiving a sandbox: one before the call, which
 * takes the lease, and one after it, which writes what came of it if the lease is still held.
 */
import { v, type Infer } from "convex/values";
import { literals } from "convex-helpers/validators";
import type { Doc } from "../_generated/dataModel";
import { internalMutation, type MutationCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { callerMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { ownedProject } from "./access";
import { failedColumns } from "./failures";
import { checkLeaseFree, holdsLease, leaseFields, newLease, type Lease } from "./lease";
import { statusAfter, transition, type ProjectEvent } from "./lifecycle";
import { checkPlanAllowsRunning } from "./limits";
import { changeOutcome, type ChangeOutcome } from "./outcomes";
import { enqueueRecheck } from "./recheck";
import { patchProject, type ProjectPatch } from "./store";
import type { ProjectStatus } from "./tables";

const change = literals("start", "stop", "archive");
/** What can be asked for. */
export type Change = Infer<typeof change>;

const work = leaseFields.extend({ sandboxId: v.string() });
/** An operation that has begun: the lease, and the sandbox to work on. */
export type Work = Infer<typeof work>;

/** The statuses in which a sandbox runs, for `ensureRunning`. */
const RUNNING: readonly ProjectStatus[] = ["generating", "ready"];

/**
 * The first step: may this be done now, and if so, by nobody else.
 *
 * @returns null when `ensure` finds that there is nothing to do
 * @throws `NOT_FOUND`, `OPERATION_IN_PROGRESS`, `INVALID_TRANSITION`, `RATE_LIMITED`,
 *   `PLAN_LIMIT_REACHED` (for `start`)
 */
export const begin = callerMutation({
  args: { projectId: v.id("projects"), change, ensure: v.optional(v.boolean()) },
  returns: v.nullable(work),
  handler: async (ctx, args) => {
    const project = await ownedProject(ctx, args.projectId);
    if (args.ensure && RUNNING.includes(project.status)) return null;
    const begun = beginning(project, args.change, Date.now());
    await checkRateLimit(ctx, "operateProject", ctx.user._id);
    if (args.change === "start") await checkPlanAllowsRunning(ctx, ctx.user);
    await patchProject(ctx, project._id, { operation: begun.operation });
    return begun.work;
  },
});

function beginning(project: Doc<"projects">, change: Change, now: number) {
  checkLeaseFree(project, now);
  transition(project.status, eventOf(change, project.status));
  const { _id: projectId, sandboxId } = project;
  if (sandboxId === undefined) throw quaverError("SANDBOX_UNAVAILABLE", { retryable: false });
  const operation = newLease(change, now);
  return { operation, work: { projectId, sandboxId, token: operation.token } };
}

/** What happens to a project when the change has been made. */
function eventOf(change: Change, status: ProjectStatus): ProjectEvent {
  switch (change) {
    case "start":
      return status === "archived" ? "woken" : "started";
    case "stop":
      return "stopped";
    case "archive":
      return "archived";
  }
}

/**
 * The last step. A failure that says nothing of the sandbox leaves the status as it was, and orders
 * a look at what became of it.
 *
 * @returns `superseded` when the lease went to someone else, `removed` when the project is gone:
 *   then nothing was written
 */
export const finish = internalMutation({
  args: leaseFields.extend({ change, outcome: changeOutcome }),
  returns: literals("written", "superseded", "removed"),
  handler: (ctx, { change, outcome, ...lease }) => finishChange(ctx, lease, change, outcome),
});

async function finishChange(
  ctx: MutationCtx,
  { projectId, token }: Lease,
  change: Change,
  outcome: ChangeOutcome,
) {
  const project = await ctx.db.get("projects", projectId);
  if (project === null) return "removed";
  if (!holdsLease(project, token)) return "superseded";
  await patchProject(ctx, projectId, finishedColumns(project, change, outcome, Date.now()));
  if (isUnknown(outcome) && project.sandboxId) await enqueueRecheck(ctx, project.sandboxId);
  return "written";
}

function isUnknown(outcome: ChangeOutcome): boolean {
  return !outcome.ok && outcome.sandbox === "unknown";
}

function finishedColumns(
  project: Doc<"projects">,
  change: Change,
  outcome: ChangeOutcome,
  now: number,
): ProjectPatch {
  if (isUnknown(outcome)) return { operation: undefined };
  if (!outcome.ok) return failedColumns(project, { ...outcome, retryable: true }, now);
  const status = statusAfter(project.status, [eventOf(change, project.status)], now);
  return { ...status, operation: undefined, sandboxSeenAt: now };
}
