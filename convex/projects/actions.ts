/**
 * What a person does to a project that needs its sandbox. These run in Convex's own runtime, and
 * start Node only once a call is allowed: a refused one costs next to nothing.
 */
import { internal } from "../_generated/api";
import { userAction } from "../lib/functions";
import { provisioned, type Provisioned } from "./outcomes";
import { provision } from "./provisioning";
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
