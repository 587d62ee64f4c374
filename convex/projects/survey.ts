"use node";
/**
 * What the sweep asks Daytona. Each of these ends within two minutes, whatever Daytona does: no look is
 * begun after one, and one that has begun takes half a minute at the most.
 */
import type { Sandbox, SandboxClient } from "@quaver/sandbox";
import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalAction, type ActionCtx } from "../_generated/server";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import { sandboxClient } from "../lib/daytona";
import { askAboutEach } from "../lib/rounds";
import { sandboxLook, type SandboxLook } from "./outcomes";
import { pageVisit, type PageVisit } from "./sweepPages";
import type { ListedSandbox } from "./verdicts";

const CALL_TIMEOUT_MS = 15_000; // with its repetitions; Daytona answers a look within a second
const BEGIN_MS = 60_000;
const LOOKS_AT_A_TIME = 5; // a page's worth takes seconds, and Daytona's limit is far
const LIST_PAGE = 100;

const looked = v.object({
  looks: v.array(v.object({ sandboxId: v.string(), look: sandboxLook })),
  away: v.boolean(), // Daytona does not answer
});

/** Looks at sandboxes, each by its id. One that Daytona gives no answer about is left out. */
export const look = internalAction({
  args: { sandboxIds: v.array(v.string()) },
  returns: looked,
  handler: async (_ctx, { sandboxIds }) => {
    const looks: { sandboxId: string; look: SandboxLook }[] = [];
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) return { looks, away: true };
    const isAnswering = () => answers(client);
    const limits = { atATime: LOOKS_AT_A_TIME, timeMs: BEGIN_MS, isAnswering };
    const end = await askAboutEach(sandboxIds, limits, async (sandboxId) => {
      const look = await lookAt(client, sandboxId);
      if (look !== null) looks.push({ sandboxId, look });
      return look !== null;
    });
    return { looks, away: end === "away" };
  },
});

async function lookAt(client: SandboxClient, sandboxId: string): Promise<SandboxLook | null> {
  const at = Date.now();
  try {
    return { state: (await client.get(sandboxId))?.state ?? "missing", at };
  } catch (error) {
    console.error(`The sweep could not look at sandbox ${sandboxId}. ${String(error)}`);
    return null;
  }
}

/** Does Daytona answer at all, whatever becomes of single sandboxes? */
async function answers(client: SandboxClient): Promise<boolean> {
  try {
    await client.list({ labels: { app: "quaver" }, limit: 1 });
    return true;
  } catch (error) {
    console.error(`The sweep ends early: it could not ask Daytona. ${String(error)}`);
    return false;
  }
}

/**
 * Deletes the orphans of one page of Daytona's list, each once it has been looked at by its id: the
 * list may be stale. What fails, or what there is no time for, is left to the next sweep.
 */
export const removeOrphans = internalAction({
  args: {
    deployment: v.string(),
    cursor: v.nullable(v.string()),
    impatient: v.optional(v.boolean()),
  },
  returns: pageVisit,
  handler: async (ctx, { deployment, cursor, impatient }): Promise<PageVisit> => {
    const client = sandboxClient(CALL_TIMEOUT_MS);
    if (client === null) return { next: null, away: true };
    const scope = { deployment, ...(impatient && { impatient }) };
    const page = await listPage(client, deployment, cursor);
    if (page === null) return { next: null, away: true };
    const suspects = await ctx.runQuery(internal.projects.orphans.suspects, {
      ...scope,
      sandboxes: page.items.map(listed),
      now: Date.now(),
    });
    const limits = { atATime: 1, timeMs: BEGIN_MS, isAnswering: () => answers(client) };
    const end = await askAboutEach(suspects, limits, (id) => removeOrphan(ctx, client, id, scope));
    return { next: page.nextCursor, ...(end === "away" && { away: true }) };
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
async function removeOrphan(
  ctx: ActionCtx,
  client: SandboxClient,
  id: string,
  scope: { deployment: string; impatient?: boolean },
): Promise<boolean> {
  try {
    const sandbox = await client.get(id);
    if (sandbox === null) return true;
    const claim = { ...scope, sandbox: listed(sandbox) };
    const claimed = await ctx.runMutation(internal.projects.orphans.claim, claim);
    if (!claimed.ours) return true;
    await client.delete(id);
    if (claimed.lease) await ctx.runMutation(internal.projects.orphans.release, claimed.lease);
    console.warn(`The sweep deleted sandbox ${id}, which was no project's.`);
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
