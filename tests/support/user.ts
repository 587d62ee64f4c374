/** Signed-in users of a world, and what they do before a test begins: create projects, buy a plan. */
import type { ConvexHttpClient } from "convex/browser";
import type { FunctionArgs, FunctionReference, FunctionReturnType } from "convex/server";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import type { ProjectStatus } from "../../convex/projects/tables.ts";
import { httpClient } from "./clients.ts";
import { freshToken, signUp } from "./emulators.ts";
import { until } from "./until.ts";
import type { World } from "./world.ts";

/** Half of the time for which a token is valid. */
const TOKEN_REUSED_MS = 30_000;

/** A project with a sandbox at Daytona. */
export interface SandboxProject {
  projectId: Id<"projects">;
  sandboxId: string;
}

/** Someone with an account at Clerk, who calls the backend by the official HTTP client. */
export class TestUser {
  #token: Promise<string> | undefined;
  #tokenAt = 0;

  constructor(
    readonly world: Pick<World, "clerk" | "deployment">,
    readonly clerkId: string,
  ) {}

  /** Signs someone up at Clerk, and waits until the backend has their row. */
  static async signUp(world: World, firstName = "Ada"): Promise<TestUser> {
    const email = `${crypto.randomUUID()}@example.com`;
    const { id } = await signUp({ clerkUrl: world.clerk.url }, email, firstName);
    const user = new TestUser(world, id);
    await user.action(api.auth.users.syncCurrentUser, {});
    return user;
  }

  /** The id of their row. */
  async rowId(): Promise<Id<"users">> {
    const row = await this.query(api.auth.users.currentUser, {});
    if (row === null) throw new Error("This user has no row.");
    return row._id;
  }

  /** A token that is valid for a while. */
  token(): Promise<string> {
    if (this.#token === undefined || Date.now() - this.#tokenAt > TOKEN_REUSED_MS) {
      this.#token = freshToken({ clerkUrl: this.world.clerk.url }, { id: this.clerkId });
      this.#tokenAt = Date.now();
    }
    return this.#token;
  }

  /** The official client, signed in. */
  async client(): Promise<ConvexHttpClient> {
    return httpClient(this.world.deployment.url, await this.token());
  }

  async query<F extends FunctionReference<"query">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>> {
    return await (await this.client()).query(reference, args);
  }

  async mutation<F extends FunctionReference<"mutation">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>> {
    return await (await this.client()).mutation(reference, args);
  }

  async action<F extends FunctionReference<"action">>(
    reference: F,
    args: FunctionArgs<F>,
  ): Promise<FunctionReturnType<F>> {
    return await (await this.client()).action(reference, args);
  }
}

/** How often a state is polled for that takes seconds, in milliseconds: of many polls, each takes time from what is waited for. */
const POLL_MS = 200;

/** Creates a project; with an agent, its first turn goes on after that. */
export async function createProject(
  user: TestUser,
  project = { name: "Tetris", prompt: "Falling blocks" },
): Promise<SandboxProject> {
  return await user.action(api.projects.actions.create, project);
}

/** Waits until a project has this status and no operation is under way. */
export async function untilAtRest(
  user: TestUser,
  projectId: Id<"projects">,
  status: ProjectStatus = "ready",
): Promise<void> {
  const isAtRest = async () => {
    const project = await user.query(api.projects.queries.getById, { projectId });
    return project?.status === status && project.operation === undefined;
  };
  await until(`${projectId} to be ${status}`, isAtRest, { intervalMs: POLL_MS });
}

/** Pays on a checkout's page, with a card that works. */
export async function payCheckout(url: string): Promise<void> {
  const body = new URLSearchParams({ card: "works" });
  const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
  if (answer.status !== 303) throw new Error(`This checkout can't be paid: ${answer.status}`);
}

/** Buys the pro plan, and waits until it is there. */
export async function subscribe(user: TestUser): Promise<{ sessionId: string; url: string }> {
  const session = await user.action(api.payments.actions.createCheckoutSession, { plan: "pro" });
  await payCheckout(session.url);
  await until("the paid plan", async () => {
    return (await user.query(api.payments.queries.currentPlan, {})).plan === "pro";
  });
  return session;
}
