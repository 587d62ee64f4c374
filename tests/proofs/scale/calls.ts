/** One successful call of every public function, in an order in which each is allowed. */
import type { ConvexHttpClient } from "convex/browser";
import { api } from "../../../convex/_generated/api.js";
import type { Id } from "../../../convex/_generated/dataModel";
import { until } from "../../support/until.ts";
import { payCheckout, untilAtRest } from "../../support/user.ts";
import type { Owner } from "./scale-world.ts";

/**
 * The name of a function, its call, and what has to happen before, which is not measured. A call that results in a number
 * has read so many documents for what it wrote.
 */
export type PublicCall = [
  name: string,
  run: (client: ConvexHttpClient) => Promise<unknown>,
  before?: () => Promise<unknown>,
];

/** How many pieces of an answer somebody who follows it has not been sent yet. */
const NEW_CHUNKS = 10;

const FIRST_PAGE = { paginationOpts: { numItems: 50, cursor: null } };

/** The calls, for one owner. They can be made once: the last one deletes the account. */
export function callsOf(owner: Owner): PublicCall[] {
  const { user, large, failed, chunks, addChunks, steps, addSteps } = owner;
  const { projectId, sandboxId } = large;
  const { users } = api.auth;
  const { queries, mutations, actions } = api.projects;
  const { messages, turns } = api;
  const payments = api.payments.queries;
  const billing = api.payments.actions;
  const made: { project?: Id<"projects">; turn?: Id<"turns">; checkout?: string } = {};
  const own = () => ({ projectId: made.project! });
  const ownTurn = () => ({ turnId: made.turn! });
  const latestTurn = async (ofProject: Id<"projects">) => {
    const all = await user.query(turns.queries.listByProject, { projectId: ofProject });
    made.turn = all.at(-1)!._id;
  };
  const pay = async () => {
    await payCheckout(made.checkout!);
    await until("the plan to be pro", async () => {
      return (await user.query(payments.currentPlan, {})).plan === "pro";
    });
  };
  const message = { role: "user", content: "Faster, please", clientMessageId: "mine" } as const;
  const turn = { prompt: "wait for me", clientMessageId: "a turn" };
  return [
    ["auth/users:userLoginStatus", (c) => c.query(users.userLoginStatus, {})],
    ["auth/users:currentUser", (c) => c.query(users.currentUser, {})],
    ["auth/users:syncCurrentUser", (c) => c.action(users.syncCurrentUser, {})],
    ["payments/actions:getPrice", (c) => c.action(billing.getPrice, { plan: "pro" })],
    [
      "payments/actions:createCheckoutSession",
      async (c) => {
        made.checkout = (await c.action(billing.createCheckoutSession, { plan: "pro" })).url;
      },
    ],
    ["payments/queries:currentPlan", (c) => c.query(payments.currentPlan, {}), pay],
    ["payments/actions:createPortalSession", (c) => c.action(billing.createPortalSession, {})],
    ["payments/actions:cancelSubscription", (c) => c.action(billing.cancelSubscription, {})],
    ["payments/actions:resumeSubscription", (c) => c.action(billing.resumeSubscription, {})],
    ["payments/queries:listInvoices", (c) => c.query(payments.listInvoices, {})],
    ["payments/queries:pageInvoices", (c) => c.query(payments.pageInvoices, FIRST_PAGE)],
    ["payments/queries:listPayments", (c) => c.query(payments.listPayments, {})],
    ["payments/queries:pagePayments", (c) => c.query(payments.pagePayments, FIRST_PAGE)],
    ["projects/queries:listForCurrentUser", (c) => c.query(queries.listForCurrentUser, {})],
    ["projects/queries:pageForCurrentUser", (c) => c.query(queries.pageForCurrentUser, FIRST_PAGE)],
    ["projects/queries:getById", (c) => c.query(queries.getById, { projectId })],
    ["projects/queries:getBySandboxId", (c) => c.query(queries.getBySandboxId, { sandboxId })],
    [
      "messages/queries:listByProject",
      (c) => c.query(messages.queries.listByProject, { projectId }),
    ],
    [
      "messages/queries:pageByProject",
      (c) => c.query(messages.queries.pageByProject, { projectId, ...FIRST_PAGE }),
    ],
    ["turns/queries:listByProject", (c) => c.query(turns.queries.listByProject, { projectId })],
    [
      "turns/queries:pageByProject",
      (c) => c.query(turns.queries.pageByProject, { projectId, ...FIRST_PAGE }),
    ],
    [
      "messages/mutations:insert",
      (c) => c.mutation(messages.mutations.insert, { projectId, ...message }),
    ],
    [
      "projects/actions:create",
      async (c) => {
        const project = { name: "Tetris", prompt: "Falling blocks" };
        made.project = (await c.action(actions.create, project)).projectId;
      },
    ],
    [
      "projects/actions:previewUrl",
      (c) => c.action(actions.previewUrl, own()),
      () => untilAtRest(user, own().projectId),
    ],
    ["turns/actions:listFiles", (c) => c.action(turns.actions.listFiles, { ...own(), path: "" })],
    [
      "turns/actions:readFile",
      (c) => c.action(turns.actions.readFile, { ...own(), path: "prompt.txt" }),
    ],
    ["turns/actions:download", (c) => c.action(turns.actions.download, own())],
    [
      "turns/actions:changes",
      (c) => c.action(turns.actions.changes, ownTurn()),
      () => latestTurn(own().projectId),
    ],
    ["turns/actions:restore", (c) => c.action(turns.actions.restore, ownTurn())],
    [
      "turns/actions:changes", // of a turn that has the version of many before it
      (c) => c.action(turns.actions.changes, ownTurn()),
      () => latestTurn(projectId),
    ],
    [
      "turns/mutations:start",
      async (c) => {
        made.turn = (await c.mutation(turns.mutations.start, { ...own(), ...turn })).turnId;
      },
      () => untilAtRest(user, own().projectId),
    ],
    [
      "turns/queries:steps",
      (c) => c.query(turns.queries.steps, ownTurn()),
      () => addSteps(own().projectId),
    ],
    [
      "turns/queries:output",
      (c) => c.query(turns.queries.output, { ...ownTurn(), after: 0 }),
      () => addChunks(own().projectId),
    ],
    [
      "turns/queries:output",
      (c) => c.query(turns.queries.output, { ...ownTurn(), after: chunks - NEW_CHUNKS }),
    ],
    [
      "turns/mutations:cancel",
      async (c) => {
        await c.mutation(turns.mutations.cancel, ownTurn());
        return chunks + steps; // of which it makes the message, and which it ends
      },
    ],
    [
      "turns/mutations:retry",
      async (c) => {
        made.turn = (await c.mutation(turns.mutations.retry, ownTurn())).turnId;
      },
    ],
    [
      "projects/actions:stop",
      (c) => c.action(actions.stop, own()),
      () => user.mutation(turns.mutations.cancel, ownTurn()),
    ],
    ["projects/actions:archive", (c) => c.action(actions.archive, own())],
    ["projects/actions:ensureRunning", (c) => c.action(actions.ensureRunning, own())],
    [
      "projects/actions:start",
      (c) => c.action(actions.start, own()),
      () => user.action(actions.stop, own()),
    ],
    ["projects/actions:retry", (c) => c.action(actions.retry, { projectId: failed })],
    ["projects/mutations:rename", (c) => c.mutation(mutations.rename, { ...own(), name: "Go" })],
    ["projects/mutations:remove", (c) => c.mutation(mutations.remove, { projectId })],
    ["auth/users:deleteUser", (c) => c.action(users.deleteUser, {})],
  ];
}
