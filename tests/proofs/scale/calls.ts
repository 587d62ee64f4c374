/** One successful call of every public function, in an order in which each is allowed. */
import type { ConvexHttpClient } from "convex/browser";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { until } from "../../support/until.ts";
import { payCheckout, untilAtRest } from "../../support/user.ts";
import type { Owner } from "./scale-world.ts";

/** The call of a function, and what has to happen before or after it. */
export interface PublicCall {
  name: string;
  run: (client: ConvexHttpClient) => Promise<unknown>;
  /** Not measured. */
  before: () => Promise<void>;
}

const PAGE = { numItems: 50, cursor: null };

/** The calls, for one owner. They can be made once: the last one deletes the account. */
export function callsOf(owner: Owner): PublicCall[] {
  const { user, large, failed } = owner;
  const { projectId, sandboxId } = large;
  const { users } = api.auth;
  const { queries, mutations, actions } = api.projects;
  const payments = api.payments.queries;
  const billing = api.payments.actions;
  const made: { project?: Id<"projects">; checkout?: string } = {};
  const own = () => ({ projectId: made.project! });
  return [
    call("auth/users:userLoginStatus", (c) => c.query(users.userLoginStatus, {})),
    call("auth/users:currentUser", (c) => c.query(users.currentUser, {})),
    call("auth/users:syncCurrentUser", (c) => c.action(users.syncCurrentUser, {})),
    call("payments/actions:createCheckoutSession", async (c) => {
      const session = await c.action(billing.createCheckoutSession, { plan: "pro" });
      made.checkout = session.url;
      return session;
    }),
    call(
      "payments/queries:currentPlan",
      (c) => c.query(payments.currentPlan, {}),
      async () => {
        await payCheckout(made.checkout!);
        await until("the plan to be pro", async () => {
          return (await user.query(payments.currentPlan, {})).plan === "pro";
        });
      },
    ),
    call("payments/actions:createPortalSession", (c) => c.action(billing.createPortalSession, {})),
    call("payments/actions:cancelSubscription", (c) => c.action(billing.cancelSubscription, {})),
    call("payments/actions:resumeSubscription", (c) => c.action(billing.resumeSubscription, {})),
    call("payments/queries:listInvoices", (c) => c.query(payments.listInvoices, {})),
    call("payments/queries:pageInvoices", (c) =>
      c.query(payments.pageInvoices, { paginationOpts: PAGE }),
    ),
    call("payments/queries:listPayments", (c) => c.query(payments.listPayments, {})),
    call("payments/queries:pagePayments", (c) =>
      c.query(payments.pagePayments, { paginationOpts: PAGE }),
    ),
    call("projects/queries:listForCurrentUser", (c) => c.query(queries.listForCurrentUser, {})),
    call("projects/queries:pageForCurrentUser", (c) =>
      c.query(queries.pageForCurrentUser, { paginationOpts: PAGE }),
    ),
    call("projects/queries:getById", (c) => c.query(queries.getById, { projectId })),
    call("projects/queries:getBySandboxId", (c) => c.query(queries.getBySandboxId, { sandboxId })),
    call("messages/queries:listByProject", (c) =>
      c.query(api.messages.queries.listByProject, { projectId }),
    ),
    call("messages/queries:pageByProject", (c) =>
      c.query(api.messages.queries.pageByProject, { projectId, paginationOpts: PAGE }),
    ),
    call("messages/mutations:insert", (c) =>
      c.mutation(api.messages.mutations.insert, {
        projectId,
        role: "user",
        content: "Faster, please",
        clientMessageId: "mine",
      }),
    ),
    call("projects/actions:create", async (c) => {
      const project = await c.action(actions.create, { name: "Tetris", prompt: "Falling blocks" });
      made.project = project.projectId;
      return project;
    }),
    call(
      "projects/actions:previewUrl",
      (c) => c.action(actions.previewUrl, own()),
      () => untilAtRest(user, own().projectId),
    ),
    call("turns/mutations:start", (c) =>
      c.mutation(api.turns.mutations.start, {
        ...own(),
        prompt: "wait for me",
        clientMessageId: "a turn",
      }),
    ),
    call("turns/mutations:cancel", (c) => c.mutation(api.turns.mutations.cancel, own())),
    call("projects/actions:stop", (c) => c.action(actions.stop, own())),
    call("projects/actions:archive", (c) => c.action(actions.archive, own())),
    call("projects/actions:ensureRunning", (c) => c.action(actions.ensureRunning, own())),
    call(
      "projects/actions:start",
      (c) => c.action(actions.start, own()),
      async () => {
        await user.action(actions.stop, own());
      },
    ),
    call("projects/actions:retry", (c) => c.action(actions.retry, { projectId: failed })),
    call("projects/mutations:rename", (c) =>
      c.mutation(mutations.rename, { ...own(), name: "Go" }),
    ),
    call("projects/mutations:remove", (c) => c.mutation(mutations.remove, { projectId })),
    call("auth/users:deleteUser", (c) => c.action(users.deleteUser, {})),
  ];
}

function call(
  name: string,
  run: PublicCall["run"],
  before: () => Promise<void> = () => Promise.resolve(),
): PublicCall {
  return { name, run, before };
}
