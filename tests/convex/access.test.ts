/**
 * Every public function, called without a token, without a row, and by another user. The table must
 * name each function that the backend has: a new one fails here until it says who may call it.
 */
import { makeFunctionReference } from "convex/server";
import { describe, expect, test, vi } from "vitest";
import type { Id } from "../../convex/_generated/dataModel";
import type { QuaverErrorCode } from "../../convex/lib/errors.ts";
import { MAX_PROJECTS } from "../../convex/lib/limits.ts";
import { refusal } from "../contract/backend.ts";
import { signUp, type SignedInUser } from "./support/users.ts";
import { registeredFunctions } from "./support/registeredFunctions.ts";
import { aBackend, type TestBackend } from "./support/setup.ts";
import { aProject, dump, storeTurn } from "./support/builders.ts";

type Kind = "query" | "mutation" | "action";
type Target = Awaited<ReturnType<typeof aProject>> & { turnId: Id<"turns"> };

/** What someone is answered: refused with a code, or given this value. */
type Answer = { code: QuaverErrorCode } | { value: unknown };

interface Row {
  kind: Kind;
  /** Arguments that name Ada's things wherever they can. */
  args: (ada: Target) => Record<string, unknown>;
  visitor: Answer;
  unsynced: Answer;
  otherUser: Answer;
}

const paginationOpts = { numItems: 10, cursor: null };
const emptyPage: unknown = expect.objectContaining({ page: [], isDone: true });
const refusedBeforeSignIn = {
  visitor: { code: "UNAUTHENTICATED" },
  unsynced: { code: "USER_NOT_SYNCED" },
} as const;

function emptyFor(value: unknown): Pick<Row, "visitor" | "unsynced" | "otherUser"> {
  return { visitor: { value }, unsynced: { value }, otherUser: { value } };
}

const TABLE: Record<string, Row> = {
  "auth/users:userLoginStatus": {
    kind: "query",
    args: () => ({}),
    visitor: { value: { status: "No JWT Token", user: null } },
    unsynced: { value: { status: "No Clerk User", user: null } },
    otherUser: { value: expect.objectContaining({ status: "Logged In" }) },
  },
  "auth/users:currentUser": {
    kind: "query",
    args: () => ({}),
    visitor: { value: null },
    unsynced: { value: null },
    otherUser: {
      value: expect.objectContaining({
        clerkUser: expect.objectContaining({ id: "user_eve" }) as unknown,
      }),
    },
  },
  "auth/users:syncCurrentUser": {
    kind: "action",
    args: () => ({}),
    visitor: { code: "UNAUTHENTICATED" },
    // Each is refused because Clerk can't be called: these functions concern the caller only.
    unsynced: { code: "CLERK_UNAVAILABLE" },
    otherUser: { code: "CLERK_UNAVAILABLE" },
  },
  "auth/users:deleteUser": {
    kind: "action",
    args: () => ({}),
    ...refusedBeforeSignIn,
    otherUser: { code: "CLERK_UNAVAILABLE" },
  },
  "projects/queries:listForCurrentUser": { kind: "query", args: () => ({}), ...emptyFor([]) },
  "projects/queries:pageForCurrentUser": {
    kind: "query",
    args: () => ({ paginationOpts }),
    ...emptyFor(emptyPage),
  },
  "projects/queries:getById": {
    kind: "query",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { value: null },
  },
  "projects/queries:getBySandboxId": {
    kind: "query",
    args: ({ sandboxId }) => ({ sandboxId }),
    ...refusedBeforeSignIn,
    otherUser: { value: null },
  },
  "projects/mutations:rename": {
    kind: "mutation",
    args: ({ projectId }) => ({ projectId, name: "Mine now" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "projects/mutations:remove": {
    kind: "mutation",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "projects/actions:create": {
    kind: "action",
    // Names nothing of anyone's; another user may create projects, but a blank one is refused.
    args: () => ({ name: " ", prompt: "Build it" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "INVALID_ARGUMENT" },
  },
  "projects/actions:retry": {
    kind: "action",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "projects/actions:start": {
    kind: "action",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "projects/actions:ensureRunning": {
    kind: "action",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "projects/actions:stop": {
    kind: "action",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "projects/actions:archive": {
    kind: "action",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/queries:listByProject": {
    kind: "query",
    args: ({ projectId }) => ({ projectId }),
    ...emptyFor([]),
  },
  "turns/queries:pageByProject": {
    kind: "query",
    args: ({ projectId }) => ({ projectId, paginationOpts }),
    ...emptyFor(emptyPage),
  },
  "turns/queries:output": {
    kind: "query",
    args: ({ turnId }) => ({ turnId, after: 0 }),
    ...refusedBeforeSignIn,
    otherUser: { value: null },
  },
  "turns/queries:steps": {
    kind: "query",
    args: ({ turnId }) => ({ turnId }),
    ...refusedBeforeSignIn,
    otherUser: { value: null },
  },
  "turns/actions:listFiles": {
    kind: "action",
    args: ({ projectId }) => ({ projectId, path: "" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/actions:readFile": {
    kind: "action",
    args: ({ projectId }) => ({ projectId, path: "index.html" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/actions:changes": {
    kind: "action",
    args: ({ turnId }) => ({ turnId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/actions:restore": {
    kind: "action",
    args: ({ turnId }) => ({ turnId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/actions:download": {
    kind: "action",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/mutations:cancel": {
    kind: "mutation",
    args: ({ turnId }) => ({ turnId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/mutations:retry": {
    kind: "mutation",
    args: ({ turnId }) => ({ turnId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "projects/actions:previewUrl": {
    kind: "action",
    args: ({ projectId }) => ({ projectId }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "turns/mutations:start": {
    kind: "mutation",
    args: ({ projectId }) => ({ projectId, prompt: "Say it", clientMessageId: "m-1" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
  "payments/queries:currentPlan": {
    kind: "query",
    args: () => ({}),
    ...refusedBeforeSignIn,
    otherUser: {
      value: {
        plan: "free",
        limits: { maxProjects: MAX_PROJECTS.free },
        usage: { projects: 0 },
        subscription: null,
      },
    },
  },
  "payments/queries:listInvoices": { kind: "query", args: () => ({}), ...emptyFor([]) },
  "payments/queries:listPayments": { kind: "query", args: () => ({}), ...emptyFor([]) },
  "payments/queries:pageInvoices": {
    kind: "query",
    args: () => ({ paginationOpts }),
    ...emptyFor(emptyPage),
  },
  "payments/queries:pagePayments": {
    kind: "query",
    args: () => ({ paginationOpts }),
    ...emptyFor(emptyPage),
  },
  "payments/actions:getPrice": {
    kind: "action",
    args: () => ({ plan: "pro" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "PAYMENTS_NOT_CONFIGURED" },
  },
  "payments/actions:createCheckoutSession": {
    kind: "action",
    args: () => ({ plan: "pro" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "PAYMENTS_NOT_CONFIGURED" },
  },
  "payments/actions:createPortalSession": {
    kind: "action",
    args: () => ({}),
    ...refusedBeforeSignIn,
    otherUser: { code: "PAYMENTS_NOT_CONFIGURED" },
  },
  "payments/actions:cancelSubscription": {
    kind: "action",
    args: () => ({}),
    ...refusedBeforeSignIn,
    otherUser: { code: "PAYMENTS_NOT_CONFIGURED" },
  },
  "payments/actions:resumeSubscription": {
    kind: "action",
    args: () => ({}),
    ...refusedBeforeSignIn,
    otherUser: { code: "PAYMENTS_NOT_CONFIGURED" },
  },
  "messages/queries:listByProject": {
    kind: "query",
    args: ({ projectId }) => ({ projectId }),
    ...emptyFor([]),
  },
  "messages/queries:pageByProject": {
    kind: "query",
    args: ({ projectId }) => ({ projectId, paginationOpts }),
    ...emptyFor(emptyPage),
  },
  "messages/mutations:insert": {
    kind: "mutation",
    args: ({ projectId }) => ({ projectId, role: "user", content: "Hello from Eve" }),
    ...refusedBeforeSignIn,
    otherUser: { code: "NOT_FOUND" },
  },
};

function call(caller: TestBackend | SignedInUser, path: string, { kind, args }: Row, ada: Target) {
  switch (kind) {
    case "query":
      return caller.query(makeFunctionReference<"query">(path), args(ada));
    case "mutation":
      return caller.mutation(makeFunctionReference<"mutation">(path), args(ada));
    case "action":
      return caller.action(makeFunctionReference<"action">(path), args(ada));
  }
}

async function expectAnswer(answered: Promise<unknown>, expected: Answer): Promise<void> {
  if ("code" in expected) {
    expect((await refusal(answered)).code).toBe(expected.code);
  } else {
    expect(await answered).toEqual(expected.value);
  }
}

describe("access", () => {
  test("the table names every public function, and no other", async () => {
    const functions = await registeredFunctions();
    const paths = functions.filter(({ isPublic }) => isPublic).map(({ path }) => path);
    expect(Object.keys(TABLE).sort()).toEqual(paths.sort());
  });

  test.for(Object.entries(TABLE))("%s", async ([path, row]) => {
    const t = aBackend();
    vi.stubEnv("CLERK_SECRET_KEY", undefined);
    vi.spyOn(console, "error").mockReturnValue();
    const project = await aProject(t, await signUp(t, "Ada"));
    const ada = { ...project, turnId: await storeTurn(t, project.projectId) };
    const eve = await signUp(t, "Eve");
    const before = await dump(t);
    await expectAnswer(call(t, path, row, ada), row.visitor);
    const unsynced = t.withIdentity({ subject: "user_nobody" });
    await expectAnswer(call(unsynced, path, row, ada), row.unsynced);
    await expectAnswer(call(eve, path, row, ada), row.otherUser);
    expect(await dump(t)).toEqual(before);
  });
});
