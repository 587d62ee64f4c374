/** The person in whose name everything is measured: as many projects as a plan allows, one of them large. */
import type { ConvexHttpClient } from "convex/browser";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { PLANS } from "../../../convex/payments/plans.ts";
import { httpClient } from "../../support/clients.ts";
import { freshToken, signUp, type Person } from "../../support/emulators.ts";
import { until } from "./until.ts";
import type { ScaleWorld } from "./world.ts";

/** More bills than one list shows. */
const MAX_BILLS = 150;

/** A project with a sandbox at Daytona. */
export interface SandboxedProject {
  projectId: Id<"projects">;
  sandboxId: string;
}

/** A person with everything that the functions are asked about. */
export interface Owner {
  userId: Id<"users">;
  /** Has as many messages as the size says. */
  large: SandboxedProject;
  /** As large, and with long messages too: it is still there when the account is deleted. */
  alsoLarge: SandboxedProject;
  /** Can be tried again. */
  failed: Id<"projects">;
  /** A client with a token that is good for a minute. */
  client(): Promise<ConvexHttpClient>;
}

/** Signs somebody up and gives them projects, messages and bills, up to `size` of each. */
export async function anOwner(scale: ScaleWorld, size: number): Promise<Owner> {
  const { clerk, deployment } = scale.world;
  const dev = { clerkUrl: clerk.url };
  const person: Person = await signUp(dev, `owner-${String(size)}@example.com`, "Ada");
  const client = async () => httpClient(deployment.url, await freshToken(dev, person));
  const { _id: userId } = await until("the webhook of a sign-up", async () =>
    (await client()).query(api.auth.users.currentUser, {}),
  );
  const large = await aProject(client, "Large");
  const alsoLarge = await aProject(client, "Also large");
  await scale.addMessages(large.projectId, size);
  await scale.addLongMessages(alsoLarge.projectId);
  await scale.addMessages(alsoLarge.projectId, size);
  // Room for the two above, and for one to be created.
  const projects = Math.min(size, PLANS.pro.maxProjects) - 3;
  const failed = await scale.addThings(userId, { projects, bills: Math.min(size, MAX_BILLS) });
  return { userId, large, alsoLarge, failed, client };
}

/** Creates a project and waits until the agent's first turn is over. */
async function aProject(client: Owner["client"], name: string): Promise<SandboxedProject> {
  const wish = { name, prompt: "A game of falling blocks" };
  const project = await (await client()).action(api.projects.actions.create, wish);
  await untilReady(client, project.projectId);
  return project;
}

/** Waits until nothing is under way for a project any more. */
export async function untilReady(
  client: Owner["client"],
  projectId: Id<"projects">,
): Promise<void> {
  await until(`${projectId} to be ready`, async () => {
    const project = await (await client()).query(api.projects.queries.getById, { projectId });
    return project?.status === "ready" && project.operation === undefined;
  });
}
