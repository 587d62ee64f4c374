"use node";
/** What the sweep asks Daytona. */
import type { Sandbox, SandboxClient } from "@quaver/sandbox";
import { v } from "convex/values";
import { internal } from "../_generated/api";
import { internalAction, type ActionCtx } from "../_generated/server";
// eslint-disable-next-line @convex-dev/import-wrong-runtime -- this file is a Node module too, which the rule does not look at
import { sandboxClient } from "../lib/daytona";
import { sandboxLook, type SandboxLook } from "./outcomes";
import type { ListedSandbox } from "./verdicts";

const LOOKS_AT_A_TIME = 5; // a page's worth takes seconds, and Daytona's limit is far
const LIST_PAGE = 100;

/** Looks at sandboxes, each by its id. One that Daytona gives no answer about is left out. */
export const look = internalAction({
  args: { sandboxIds: v.array(v.string()) },
  returns: v.array(v.object({ sandboxId: v.string(), look: sandboxLook })),
  handler: async (_ctx, { sandboxIds }) => {
    const client = sandboxClient();
    if (client === null) return [];
    const waiting = [...sandboxIds];
    const looks: { sandboxId: string; look: SandboxLook }[] = [];
    const work = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        const look = await lookAt(client, id);
        if (look !== null) looks.push({ sandboxId: id, look });
      }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_A_TIME }, work));
    return looks;
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

/**
 * Deletes the orphans of one page of Daytona's list, each once it has been looked at by its id: the
 * list may be stale. What fails is left to the next sweep.
 *
 * @returns where the next page begins; null after the last, or when there is no answer
 */
export const removeOrphans = internalAction({
  args: {
    deployment: v.string(),
    cursor: v.nullable(v.string()),
    impatient: v.optional(v.boolean()),
  },
  returns: v.nullable(v.string()),
  handler: async (ctx, { deployment, cursor, impatient }): Promise<string | null> => {
    const client = sandboxClient();
    if (client === null) return null;
    const scope = { deployment, ...(impatient && { impatient }) };
    try {
      const { items, nextCursor } = await client.list({
        labels: { app: "quaver", deployment },
        limit: LIST_PAGE,
        ...(cursor !== null && { cursor }),
      });
      const suspects = await ctx.runQuery(internal.projects.orphans.suspects, {
        ...scope,
        sandboxes: items.map(listed),
        now: Date.now(),
      });
      for (const id of suspects) await removeOrphan(ctx, client, id, scope);
      return nextCursor;
    } catch (error) {
      console.error(`The sweep could not list sandboxes. ${String(error)}`);
      return null;
    }
  },
});

async function removeOrphan(
  ctx: ActionCtx,
  client: SandboxClient,
  id: string,
  scope: { deployment: string; impatient?: boolean },
): Promise<void> {
  try {
    const sandbox = await client.get(id);
    if (sandbox === null) return;
    const claim = { ...scope, sandbox: listed(sandbox) };
    const claimed = await ctx.runMutation(internal.projects.orphans.claim, claim);
    if (!claimed.ours) return;
    await client.delete(id);
    if (claimed.lease) await ctx.runMutation(internal.projects.orphans.release, claimed.lease);
    console.warn(`The sweep deleted sandbox ${id}, which was no project's.`);
  } catch (error) {
    console.error(`The sweep could not delete sandbox ${id}. ${String(error)}`);
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
