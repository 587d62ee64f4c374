/**
 * What a person does to a project that needs its sandbox. These run in Convex's own runtime, and
 * start Node only once a call is allowed: a refused one costs next to nothing.
 */
import { internal } from "../_generated/api";
import { env, type ActionCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { userAction } from "../lib/functions";
import { provisioned, type Provisioned, type ProvisionOutcome } from "./outcomes";
import type { ProvisionLease } from "./provisioning";
import { projectFields } from "./tables";

/**
 * Creates a project with its sandbox. The project is in the caller's list, as `creating`, before
 * the sandbox is asked for; this returns when it is `ready`.
 *
 * @throws `INVALID_ARGUMENT`, `RATE_LIMITED`, `PLAN_LIMIT_REACHED` (then there is no project);
 *   `SANDBOX_UNAVAILABLE` (then there is one, `failed`, that says why)
 */
export const create = userAction({
  args: projectFields.pick("name", "prompt").fields,
  returns: provisioned,
  handler: async (ctx, args): Promise<Provisioned> => {
    const lease = await ctx.runMutation(internal.projects.provisioning.begin, args);
    return await provision(ctx, lease);
  },
});

/**
 * Gets the sandbox and attaches it, for the holder of the lease.
 *
 * @returns the sandbox's id; also when the project was removed meanwhile, which is no error
 * @throws `SANDBOX_UNAVAILABLE`, once the project says why
 */
async function provision(ctx: ActionCtx, lease: ProvisionLease): Promise<Provisioned> {
  const outcome = await requestSandbox(ctx, lease);
  if (!outcome.ok) {
    const { reason, retryable } = outcome;
    await ctx.runMutation(internal.projects.provisioning.fail, { ...lease, reason, retryable });
    throw quaverError("SANDBOX_UNAVAILABLE", { retryable, message: reason });
  }
  const { sandboxId } = outcome;
  await ctx.runMutation(internal.projects.provisioning.attach, { ...lease, sandboxId });
  return { projectId: lease.projectId, sandboxId };
}

async function requestSandbox(
  ctx: ActionCtx,
  { projectId }: ProvisionLease,
): Promise<ProvisionOutcome> {
  try {
    const deployment = env.QUAVER_DEPLOYMENT ?? (await ctx.meta.getDeploymentMetadata()).name;
    return await ctx.runAction(internal.projects.sandboxes.provision, { projectId, deployment });
  } catch (error) {
    // The Node runtime itself gave up (out of time or memory, restarted): the call may have worked.
    console.error(`Provisioning ${projectId} was cut short. ${String(error)}`);
    return { ok: false, reason: "Making the sandbox was interrupted.", retryable: true };
  }
}
