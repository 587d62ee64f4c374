"use node";
/**
 * What reconciling asks of Daytona. Each of these actions ends within two minutes, whatever Daytona does: no call begins
 * after one, and a call takes half a minute at the most.
 */
import type { Sandbox, SandboxClient } from "@quaver/sandbox";
import { v } from "convex/values";
import { internal } from "../../_generated/api";
import { internalAction, type ActionCtx } from "../../_generated/server";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import { sandboxClient } from "../sandbox/daytona";
import { observation, type Observation } from "../sandbox/results";
import type { ListedSandbox } from "./decisions";
import { forEachBounded } from "./forEachBounded";
import { pageResult, type PageResult } from "./pages";

const CALL_TIMEOUT_MS = 15_000; // with its retries; Daytona answers a GET within a second
const BEGIN_MS = 60_000;
const POLLS_AT_A_TIME = 5; // a page takes seconds, far below Daytona's rate limit
const LIST_PAGE = 100;

/** Reads the states of sandboxes, each by its id. A sandbox that Daytona gives no answer about is left out. */
export const pollSandboxes = internalAction({
  args: { sandboxIds: v.array(v.string()) },
  returns: v.object({
    observations: v.array(v.object({ sandboxId: v.string(), observation })),
    daytonaDown: v.boolean(),
  }),
  handler: async (_ctx, { sandboxIds }) => {
    const observations: { sandboxId: string; observation: Observation }[] = [];
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) return { observations, daytonaDown: true };
    const bounds = { concurrency: POLLS_AT_A_TIME, timeMs: BEGIN_MS, isUp: () => isUp(client) };
    const end = await forEachBounded(sandboxIds, bounds, async (sandboxId) => {
      const observed = await observe(client, sandboxId);
      if (observed !== null) observations.push({ sandboxId, observation: observed });
      return observed !== null;
    });
    return { observations, daytonaDown: end === "down" };
  },
});

async function observe(client: SandboxClient, sandboxId: string): Promise<Observation | null> {
  const at = Date.now();
  try {
    return { state: (await client.get(sandboxId))?.state ?? "missing", at };
  } catch (error) {
    console.error(`The sweep could not read the state of sandbox ${sandboxId}. ${String(error)}`);
    return null;
  }
}

/** Does Daytona answer at all, whatever happens with single sandboxes? */
async function isUp(client: SandboxClient): Promise<boolean> {
  try {
    await client.list({ labels: { app: "quaver" }, limit: 1 });
    return true;
  } catch (error) {
    console.error(`The sweep ends early: Daytona does not answer. ${String(error)}`);
    return false;
  }
}

/**
 * Deletes the orphans of one page of Daytona's list, each once it has been read by its id: the list
 * may be stale. What fails, or what there is no time for, is left to the next sweep.
 */
export const deleteOrphans = internalAction({
  args: {
    deployment: v.string(),
    cursor: v.nullable(v.string()),
    force: v.optional(v.boolean()),
  },
  returns: pageResult,
  handler: async (ctx, { deployment, cursor, force }): Promise<PageResult> => {
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) return { next: null, daytonaDown: true };
    const scope = { deployment, ...(force && { force }) };
    const page = await listPage(client, deployment, cursor);
    if (page === null) return { next: null, daytonaDown: true };
    const candidates = await ctx.runQuery(
      internal.projects.reconcile.orphans.findOrphanCandidates,
      { ...scope, sandboxes: page.items.map(listed), now: Date.now() },
    );
    const bounds = { concurrency: 1, timeMs: BEGIN_MS, isUp: () => isUp(client) };
    const end = await forEachBounded(candidates, bounds, (id) =>
      deleteIfOrphan(ctx, client, id, scope),
    );
    return { next: page.nextCursor, ...(end === "down" && { daytonaDown: true }) };
  },
});

async function listPage(client: SandboxClient, deployment: string, cursor: string | null) {
  try {
    const labels = { app: "quaver", deployment };
    return await client.list({ labels, limit: LIST_PAGE, ...(cursor !== null && { cursor }) });
  } catch (error) {
    console.error(`The sweep could not list sandboxes. ${String(error)}`);
    return null;
  }
}

/** Returns false when it failed. */
async function deleteIfOrphan(
  ctx: ActionCtx,
  client: SandboxClient,
  id: string,
  scope: { deployment: string; force?: boolean },
): Promise<boolean> {
  try {
    const sandbox = await client.get(id);
    if (sandbox === null) return true;
    const { claimOrphan, releaseOrphanLease } = internal.projects.reconcile.orphans;
    const claim = await ctx.runMutation(claimOrphan, { ...scope, sandbox: listed(sandbox) });
    if (!claim.isOrphan) return true;
    await client.delete(id);
    if (claim.lease) await ctx.runMutation(releaseOrphanLease, claim.lease);
    console.warn(`The sweep deleted sandbox ${id}, which belonged to no project.`);
    return true;
  } catch (error) {
    console.error(`The sweep could not delete sandbox ${id}. ${String(error)}`);
    return false;
  }
}

function listed({ id, state, labels, createdAt }: Sandbox): ListedSandbox {
  const time = createdAt === null ? NaN : Date.parse(createdAt);
  const { app = "", deployment = "", projectId } = labels;
  return {
    id,
    state,
    labels: { app, deployment, ...(projectId !== undefined && { projectId }) },
    createdAt: Number.isNaN(time) ? null : time,
  };
}
