import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import type { Fleet } from "./fleet.ts";

/** Endpoints that a signed URL (the SDK's `uploadUrl`, `downloadUrl`) opens without the key. */
const SIGNED_ENDPOINT = /^\/toolbox\/([^/]+)\/files\/(?:upload-v2|download)$/;

/** Whether the request carries a good signature, made by the SDK with the sandbox's signing key. */
export function isSignedFileRequest(context: Context, fleet: Fleet, now: number): boolean {
  const [, sandboxId] = SIGNED_ENDPOINT.exec(context.req.path) ?? [];
  const sandbox = sandboxId === undefined ? undefined : fleet.find(sandboxId);
  const { path, expires, signature } = context.req.query();
  if (!sandbox || path === undefined || expires === undefined || signature === undefined) {
    return false;
  }
  const expired = expires !== "0" && !(Number(expires) * 1000 > now); // 0 never expires
  const canonical = `v1:files:${context.req.method}:${path}:${expires}`;
  const digest = createHmac("sha256", sandbox.signingKey).update(canonical).digest("base64url");
  const [expected, given] = [Buffer.from(`v1_${digest}`), Buffer.from(signature)];
  return !expired && expected.length === given.length && timingSafeEqual(expected, given);
}
