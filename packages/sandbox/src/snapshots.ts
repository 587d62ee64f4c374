import * as z from "zod"; // not `{ z }`: that bundles all of it, in sixty languages
import type { Clock, Deadline } from "./deadline.ts";
import { startDeadline, withRetries, withTimeout } from "./deadline.ts";
import type { SandboxErrorCode } from "./errors.ts";
import { isSandboxError, SandboxError } from "./errors.ts";
import { validate } from "./input-schemas.ts";
import type { Snapshot, SnapshotApi, SnapshotInput } from "./snapshot-api.ts";
import { connectToSnapshots } from "./snapshot-api.ts";

export { isSandboxError } from "./errors.ts";
export { copiedPaths } from "./snapshot-api.ts";
export type { SnapshotInput } from "./snapshot-api.ts";

/** How to reach Daytona, and how long all of it may take. */
export interface SnapshotOptions {
  apiKey: string;
  /** `https://app.daytona.io/api`, or an emulator's. */
  apiUrl: string;
  /** The region. */
  target?: string | undefined;
  /** How long the upload, the build and all retries may take together; half an hour unless given. */
  timeoutMs?: number | undefined;
  /** Called with each line of the build. */
  onLine?: ((line: string) => void) | undefined;
  /** How long to wait between two polls; a second unless given. */
  pollMs?: number | undefined;
}

/** What was done: nothing, if the snapshot was there; or it was built, here or by someone else; or activated again. */
export type SnapshotOutcome = "unchanged" | "created" | "adopted" | "activated";

const TIMEOUT_MS = 30 * 60_000; // the first build pulls the base image and installs packages
const REQUEST_TIMEOUT_MS = 30_000;
const POLL_MS = 1_000; // the SDK's own
const LOGS_GRACE_MS = 5_000; // a stream of logs may stay open after the build's end

/** A name becomes part of a URL's path. */
const inputSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/),
  dockerfile: z.string().min(1),
  cpu: z.int().min(1),
  memory: z.int().min(1),
  disk: z.int().min(1),
});

/**
 * Makes a snapshot of a Dockerfile and waits until sandboxes can be made of it. Safe to repeat: one of this name that is
 * there is left as it is, one that is being built is waited for, and one whose build failed is deleted and made again.
 *
 * @throws SandboxError `SNAPSHOT_UNAVAILABLE` if the build fails, with its reason; `QUOTA_EXCEEDED`, not retryable, if
 * the organization may not have it; `INVALID` if the Dockerfile, or a file that it copies, isn't there; `UNAUTHORIZED`
 * for a wrong key; `FORBIDDEN` for one that may not do this; `TIMEOUT`; `UNAVAILABLE`.
 */
export async function ensureSnapshot(
  options: SnapshotOptions,
  input: SnapshotInput,
): Promise<SnapshotOutcome> {
  const { apiKey, target, timeoutMs = TIMEOUT_MS, onLine = () => undefined } = options;
  const valid = validate(inputSchema, input);
  const apiUrl = validate(z.url(), options.apiUrl).replace(/\/+$/, "");
  validate(z.string().min(1), apiKey);
  const clock: Clock = {
    now: Date.now,
    random: Math.random,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  const deadline = startDeadline(timeoutMs, clock);
  const requestTimeoutMs = Math.min(REQUEST_TIMEOUT_MS, timeoutMs);
  const api = connectToSnapshots({ apiKey, apiUrl, target, requestTimeoutMs });
  const ended = new AbortController();
  const waitForPoll = () => clock.sleep(deadline.requestTimeout(options.pollMs ?? POLL_MS));
  const ctx: Context = { api, deadline, onLine, waitForPoll, signal: ended.signal };
  try {
    return await withTimeout(
      timeoutMs,
      withRetries(deadline, () => ensureOnce(ctx, valid)),
    );
  } finally {
    ended.abort(); // what still polls or reads stops
  }
}

interface Context {
  api: SnapshotApi;
  deadline: Deadline;
  onLine: (line: string) => void;
  waitForPoll: () => Promise<void>;
  signal: AbortSignal;
}

async function ensureOnce(ctx: Context, input: SnapshotInput): Promise<SnapshotOutcome> {
  const { api } = ctx;
  const found = await api.find(input.name);
  if (found?.state === "active") return "unchanged";
  if (found?.state === "inactive") {
    await api.activate(found.id);
    return "activated";
  }
  if (found && !hasFailed(found) && found.state !== "removing") {
    await waitUntilBuilt(ctx, input.name);
    return "adopted";
  }
  if (found) {
    await api.remove(found.id);
    while (await api.find(input.name)) await ctx.waitForPoll();
  }
  return await create(ctx, input);
}

/** Errors after which the snapshot may exist all the same: `SANDBOX_FAILED` is the SDK's for a build that failed. */
const MAY_EXIST: readonly SandboxErrorCode[] = [
  "CONFLICT",
  "TIMEOUT",
  "UNAVAILABLE",
  "UNEXPECTED_RESPONSE",
  "SANDBOX_FAILED",
];

/** Creates it and shows its build. The SDK's call ends when the build has; the first to notice ends the wait. */
async function create(ctx: Context, input: SnapshotInput): Promise<SnapshotOutcome> {
  const refused = new Promise<never>((_, reject) => {
    ctx.api.create(input).catch(async (error: unknown) => {
      const mayExist = isSandboxError(error) && MAY_EXIST.includes(error.code);
      const found = mayExist ? await ctx.api.find(input.name).catch(() => null) : null;
      if (!found) reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await Promise.race([refused, waitUntilBuilt(ctx, input.name)]);
  return "created";
}

/** Polls until the snapshot is active, and passes on the lines of its build. It need not be there yet. */
async function waitUntilBuilt(ctx: Context, name: string): Promise<void> {
  const { api, deadline, onLine, signal } = ctx;
  const logs = new AbortController();
  const stopLogs = () => {
    logs.abort();
  };
  signal.addEventListener("abort", stopLogs);
  let reading: Promise<void> | undefined;
  try {
    while (!signal.aborted) {
      const snapshot = await withRetries(deadline, () => api.find(name));
      if (snapshot && snapshot.state !== "pending") {
        // Without its lines a build is as good.
        reading ??= api.followLogs(snapshot.id, onLine, logs.signal).catch(() => undefined);
      }
      if (snapshot && (snapshot.state === "active" || hasFailed(snapshot))) {
        await Promise.race([reading, pause(LOGS_GRACE_MS, logs.signal)]);
        if (hasFailed(snapshot)) throw buildFailure(snapshot);
        return;
      }
      await ctx.waitForPoll();
    }
  } finally {
    stopLogs();
    signal.removeEventListener("abort", stopLogs);
  }
}

function hasFailed({ state }: Snapshot): boolean {
  return state === "error" || state === "build_failed";
}

function buildFailure({ name, errorReason }: Snapshot): SandboxError {
  const reason = errorReason ?? "Daytona gives no reason";
  return new SandboxError("SNAPSHOT_UNAVAILABLE", `${name} could not be built: ${reason}`);
}

/** Resolves after a time, or at once when the signal aborts, and leaves no timer behind. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
