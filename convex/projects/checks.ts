/** Checks of what a user sends for a project, and of how many projects their plan allows. */
import type { Doc } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";
import { quaverError } from "../lib/errors";
import { MAX_NAME_LENGTH, MAX_PROMPT_LENGTH } from "../lib/limits";
import { checkClientId, checkText } from "../lib/validation";
import { currentPlanOf } from "../payments/entitlements";
import { PLANS } from "../payments/plans";
import { usageOf } from "../payments/usage";
import type { NewProject } from "./tables";

/**
 * @returns the name, trimmed
 * @throws `INVALID_ARGUMENT` when that is empty or too long
 */
export function checkName(name: string): string {
  return checkText("name", name.trim(), { max: MAX_NAME_LENGTH });
}

/**
 * @returns the same prompt
 * @throws `INVALID_ARGUMENT` when it is blank or too long
 */
export function checkPrompt(prompt: string): string {
  return checkText("prompt", prompt, { max: MAX_PROMPT_LENGTH });
}

/**
 * @returns what is to be stored of a new project
 * @throws `INVALID_ARGUMENT` naming the field at fault
 */
export function checkNewProject(project: NewProject): NewProject {
  const { name, prompt, clientProjectId } = project;
  if (clientProjectId !== undefined) checkClientId("clientProjectId", clientProjectId);
  return { ...project, name: checkName(name), prompt: checkPrompt(prompt) };
}

/** @throws `PLAN_LIMIT_REACHED` when the user's plan allows no further project */
export async function checkPlanAllowsAnother(ctx: MutationCtx, user: Doc<"users">): Promise<void> {
  const plan = await currentPlanOf(ctx, user._id);
  const limit = PLANS[plan].maxProjects;
  const { projects } = await usageOf(ctx, user._id);
  if (projects < limit) return;
  throw quaverError("PLAN_LIMIT_REACHED", { limit, plan, counted: "all" });
}

/**
 * For starting what there is already. After a downgrade a user may have more projects than their
 * plan allows: all stay readable, and as many as the plan allows may run at a time.
 *
 * @throws `PLAN_LIMIT_REACHED` when the user's plan allows no further running project
 */
export async function checkPlanAllowsRunning(ctx: MutationCtx, user: Doc<"users">): Promise<void> {
  const plan = await currentPlanOf(ctx, user._id);
  const limit = PLANS[plan].maxProjects;
  const { running } = await usageOf(ctx, user._id);
  if (running < limit) return;
  const message = `Your plan allows ${String(limit)} projects to run at a time.`;
  throw quaverError("PLAN_LIMIT_REACHED", { limit, plan, counted: "running", message });
}
