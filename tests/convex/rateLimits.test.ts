/**
 * Every public function that writes or calls out, by somebody who has used up their allowance. The table must name each
 * public mutation and action that the backend has: a new one fails here until it is under a limit.
 */
import { RateLimiter } from "@convex-dev/rate-limiter";
import { makeFunctionReference } from "convex/server";
import { describe, expect, test, vi } from "vitest";
import { api, components } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel";
import { LIMITS } from "../../convex/lib/rateLimits.ts";
import { refusal } from "../contract/backend.ts";
import { FakeClerk } from "./support/fakeClerk.ts";
import { signUp } from "./support/users.ts";
import { registeredFunctions } from "./support/registeredFunctions.ts";
import { aBackend, daytona, type TestBackend } from "./support/setup.ts";
import { aProject, dump, rowOf, storeStatus, storeTurn } from "./support/builders.ts";

type Mine = Awaited<ReturnType<typeof aProject>> & { turnId: Id<"turns"> };
type LimitName = keyof typeof LIMITS;

interface Row {
  kind: "mutation" | "action";
  limit: LimitName;
  args?: (mine: Mine) => Record<string, unknown>;
  /** In which status the project has to be, unless ready. */
  status?: "stopped" | "failed";
}

const project = ({ projectId }: Mine) => ({ projectId });
const turn = ({ turnId }: Mine) => ({ turnId });

const TABLE: Record<string, Row> = {
  "auth/users:syncCurrentUser": { kind: "action", limit: "syncUser" },
  "auth/users:deleteUser": { kind: "action", limit: "deleteUser" },
  "projects/actions:create": {
    kind: "action",
    limit: "createProject",
    args: () => ({ name: "Pong", prompt: "A ball" }),
  },
  "projects/actions:retry": {
    kind: "action",
    limit: "createProject",
    args: project,
    status: "failed",
  },
  "projects/actions:start": {
    kind: "action",
    limit: "operateProject",
    args: project,
    status: "stopped",
  },
  "projects/actions:ensureRunning": {
    kind: "action",
    limit: "operateProject",
    args: project,
    status: "stopped",
  },
  "projects/actions:stop": { kind: "action", limit: "operateProject", args: project },
  "projects/actions:archive": {
    kind: "action",
    limit: "operateProject",
    args: project,
    status: "stopped",
  },
  "projects/actions:previewUrl": { kind: "action", limit: "operateProject", args: project },
  "turns/mutations:start": {
    kind: "mutation",
    limit: "startTurn",
    args: ({ projectId }) => ({ projectId, prompt: "Faster" }),
  },
  "turns/mutations:retry": { kind: "mutation", limit: "startTurn", args: turn },
  "turns/mutations:cancel": { kind: "mutation", limit: "editProject", args: turn },
  "turns/actions:listFiles": {
    kind: "action",
    limit: "readFiles",
    args: ({ projectId }) => ({ projectId, path: "" }),
  },
  "turns/actions:readFile": {
    kind: "action",
    limit: "readFiles",
    args: ({ projectId }) => ({ projectId, path: "index.html" }),
  },
  "turns/actions:changes": { kind: "action", limit: "readFiles", args: turn },
  "turns/actions:restore": { kind: "action", limit: "operateProject", args: turn },
  "turns/actions:download": { kind: "action", limit: "download", args: project },
  "projects/mutations:rename": {
    kind: "mutation",
    limit: "editProject",
    args: ({ projectId }) => ({ projectId, name: "Pong" }),
  },
  "projects/mutations:remove": { kind: "mutation", limit: "editProject", args: project },
  "messages/mutations:insert": {
    kind: "mutation",
    limit: "insertMessage",
    args: ({ projectId }) => ({ projectId, role: "user", content: "Hi" }),
  },
  "payments/actions:getPrice": {
    kind: "action",
    limit: "readPrice",
    args: () => ({ plan: "pro" }),
  },
  "payments/actions:createCheckoutSession": {
    kind: "action",
    limit: "billing",
    args: () => ({ plan: "pro" }),
  },
  "payments/actions:createPortalSession": { kind: "action", limit: "billing" },
  "payments/actions:cancelSubscription": { kind: "action", limit: "billing" },
  "payments/actions:resumeSubscription": { kind: "action", limit: "billing" },
};

/** Takes all that a user has left of an allowance. */
async function useUp(t: TestBackend, limit: LimitName, key: string): Promise<void> {
  const limiter = new RateLimiter(components.rateLimiter, LIMITS);
  await t.run(async (ctx) => {
    const { value } = await limiter.getValue(ctx, limit, { key });
    await limiter.limit(ctx, limit, { key, count: Math.floor(value) });
  });
}

describe("what is under a limit", () => {
  test("the table names every public mutation and action, and no other", async () => {
    const functions = await registeredFunctions();
    const paths = functions.filter(({ isPublic, kind }) => isPublic && kind !== "query");
    expect(Object.keys(TABLE).sort()).toEqual(paths.map(({ path }) => path).sort());
  });

  test.for(Object.entries(TABLE))("%s", async ([path, { kind, limit, args, status }]) => {
    vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_only");
    vi.stubEnv("SITE_URL", "https://quaver.test");
    const clerk = new FakeClerk();
    const t = aBackend();
    const ada = await signUp(t);
    const { _id, clerkUser } = await rowOf(ada);
    const made = await aProject(t, ada);
    const version = "0".repeat(40);
    const mine = { ...made, turnId: await storeTurn(t, made.projectId, { version }) };
    vi.stubEnv("AGENT_COMMAND", "quaver-agent");
    if (status !== undefined) await storeStatus(t, mine.projectId, status);
    await useUp(t, limit, limit === "syncUser" ? clerkUser.id : _id);
    const before = await dump(t);
    const calls = [...daytona.calls];
    const given = args?.(mine) ?? {};
    const answer =
      kind === "mutation"
        ? ada.mutation(makeFunctionReference<"mutation">(path), given)
        : ada.action(makeFunctionReference<"action">(path), given);
    const data = await refusal(answer);
    expect(data).toMatchObject({ code: "RATE_LIMITED" });
    expect(data).toHaveProperty("retryAfterMs", expect.any(Number));
    expect(await dump(t)).toEqual(before);
    expect([daytona.calls, clerk.calls]).toEqual([calls, []]);
  });
});

describe("the limits on changes by hand", () => {
  test("let a user remove sixty projects at once", async () => {
    const t = aBackend();
    const ada = await signUp(t);
    const { projectId } = await aProject(t, ada);
    const rename = (name: string) =>
      ada.mutation(api.projects.mutations.rename, { projectId, name });
    for (let i = 0; i < 60; i++) await rename(`Name ${String(i)}`);
    expect(await refusal(rename("One more"))).toEqual({
      code: "RATE_LIMITED",
      message: expect.any(String) as unknown,
      retryAfterMs: 500,
    });
    vi.advanceTimersByTime(500);
    await rename("One more");
  });
});
