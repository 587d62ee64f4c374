/** Who may see what of a running app. */
import { v } from "convex/values";
import { quaverError } from "../lib/errors";
import { callerMutation } from "../lib/functions";
import { checkRateLimit } from "../lib/rateLimits";
import { ownedProject } from "./access";
import type { ProjectStatus } from "./tables";

const DEFAULT_PORT = 3000; // where web frameworks' development servers listen
const PREVIEW_SECONDS = 60 * 60; // Daytona's longest is a day; whoever gets the URL may see it

const PREVIEWABLE: readonly ProjectStatus[] = ["ready", "generating"];

/**
 * The step before a preview is asked for.
 *
 * @throws `NOT_FOUND`, `INVALID_ARGUMENT` unless the port is one, `INVALID_TRANSITION` unless the
 *   sandbox runs, `RATE_LIMITED`
 */
export const begin = callerMutation({
  args: { projectId: v.id("projects"), port: v.optional(v.number()) },
  returns: v.object({ sandboxId: v.string(), port: v.number(), expiresInSeconds: v.number() }),
  handler: async (ctx, { projectId, port = DEFAULT_PORT }) => {
    const { status, sandboxId } = await ownedProject(ctx, projectId);
    checkPort(port);
    if (!PREVIEWABLE.includes(status) || sandboxId === undefined) {
      throw quaverError("INVALID_TRANSITION", { from: status, to: "ready" });
    }
    await checkRateLimit(ctx, "operateProject", ctx.user._id);
    return { sandboxId, port, expiresInSeconds: PREVIEW_SECONDS };
  },
});

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
  const message = '"port" must be a whole number from 1 to 65535.';
  throw quaverError("INVALID_ARGUMENT", { field: "port", message });
}
