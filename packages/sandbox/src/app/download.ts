/** An archive of the app, which the sandbox serves for a while. */
import { randomBytes } from "node:crypto";
import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import type { OperationContext } from "../daytona-api.ts";
import { withRetries, type Clock } from "../deadline.ts";
import { DOWNLOAD_SCRIPT, SERVE_DOWNLOAD_SCRIPT } from "./download-scripts.ts";
import type { DownloadSettings } from "./input-schemas.ts";
import { runNodeScript } from "./node-script.ts";

const stateSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("packing") }),
  z.object({ kind: z.literal("served"), port: z.int().min(1), size: z.int().min(0) }),
  z.object({ kind: z.enum(["tooLarge", "empty"]) }),
]);

/**
 * Where the archive is, until `expiresAt` (epoch milliseconds); its size is in bytes. `tooLarge` is one of more than
 * may be, and `empty` an app without a file.
 */
export type Download =
  | { kind: "download"; url: string; expiresAt: number; size: number }
  | { kind: "tooLarge" | "empty" };

/** Packs the app, and signs the address at which the sandbox serves the archive. */
export async function createDownload(
  ctx: OperationContext,
  id: string,
  { expiresInSeconds, maxBytes }: DownloadSettings,
  clock: Clock,
): Promise<Download> {
  const token = randomBytes(16).toString("hex");
  const expiresAt = clock.now() + expiresInSeconds * 1000;
  const input = { token, expiresInSeconds, maxBytes, serve: SERVE_DOWNLOAD_SCRIPT };
  for (let polls = 0; ; polls += 1) {
    const state = await runNodeScript(ctx, id, {
      script: DOWNLOAD_SCRIPT,
      input,
      answer: stateSchema,
    });
    switch (state.kind) {
      case "packing":
        await ctx.deadline.waitForPoll(polls, id);
        break;
      case "served": {
        const sign = () => ctx.api.previewUrl(id, state.port, expiresInSeconds);
        const base = await withRetries(ctx.deadline, sign);
        const url = new URL(`${token}/app.tar.gz`, base.endsWith("/") ? base : `${base}/`).href;
        return { kind: "download", url, expiresAt, size: state.size };
      }
      case "tooLarge":
      case "empty":
        return { kind: state.kind };
    }
  }
}
