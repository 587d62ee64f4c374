import * as z from "zod"; // as in ../input-schemas.ts
import type { Clock, Deadline } from "../deadline.ts";
import { startDeadline, withRetries, withTimeout } from "../deadline.ts";
import { isSandboxError, SandboxError } from "../errors.ts";
import { idSchema, validate } from "../input-schemas.ts";
import type { Snapshot, SnapshotApi } from "./api.ts";
import { connectToSnapshots } from "./api.ts";
import type { BuildLog } from "./build-log.ts";
import { openBuildLog } from "./build-log.ts";
import type { SnapshotContent } from "./content.ts";
import type { SnapshotStep } from "./steps.ts";
import { isBeingMade, nextStep } from "./steps.ts";

/** How to reach Daytona, and how long to wait. */
export interface EnsureSnapshotOptions {
  apiKey: string;
  /** `https://app.daytona.io/api`, or an emulator's. */
  apiUrl: string;
  /** The region. */
  target?: string | undefined;
  /** How long it may take until the snapshot is active; an hour unless given, after which Daytona gives up, too. */
  timeoutMs?: number | undefined;
  /** Called with each line that the build writes. */
  onLine?: ((line: string) => void) | undefined;
  /** Called before each step, but once for steps that follow each other and are the same. */
  onStep?: ((step: SnapshotStep) => void) | undefined;
  /** For tests. */
  now?: (() => number) | undefined;
  /** For tests. */
  sleep?: ((ms: number) => Promise<void>) | undefined;
  /** For tests. */
  random?: (() => number) | undefined;
}

/** How a snapshot came to be active, or why it did not. */
export type SnapshotOutcome =
  | { kind: "active"; by: "creating" | "adopting" | "activating" | "nothing" }
  | { kind: "failed"; reason: string; lastLines: string[] };

type By = Extract<SnapshotOutcome, { kind: "active" }>["by"];

const TIMEOUT_MS = 60 * 60_000; // Daytona's own, in its snapshot manager
const REQUEST_TIMEOUT_MS = 60_000; // its answer to a request for the log may take half of that
const MAX_CREATE_ATTEMPTS = 5;
const MIN_POLL_INTERVAL_MS = 100;
const MAX_POLL_INTERVAL_MS = 1_000; // the SDK's own

/**
 * Makes a snapshot, and waits until it is active. It is safe to repeat: a snapshot that is there is left as it is, one
 * that is being made is waited for, one that could not be made is removed and made again, and one that Daytona has put
 * away is activated.
 *
 * @param name - By it alone a snapshot is recognized: let it contain the content's hash.
 * @throws SandboxError `UNAUTHORIZED`, `FORBIDDEN` or `SUSPENDED` for the key; `QUOTA_EXCEEDED`; `INVALID`; `CONFLICT` when somebody removes it meanwhile; `TIMEOUT` when it isn't active in
 * time, and is still being made; `UNAVAILABLE` when Daytona, or its object storage, can't be reached.
 */
export async function ensureSnapshot(
  options: EnsureSnapshotOptions,
  name: string,
  content: SnapshotContent,
): Promise<SnapshotOutcome> {
  const { apiKey, target, timeoutMs = TIMEOUT_MS, onLine = () => undefined } = options;
  const apiUrl = validate(z.url(), options.apiUrl).replace(/\/+$/, "");
  validate(z.string().min(1), apiKey);
  validate(idSchema, name);
  const clock: Clock = {
    now: options.now ?? Date.now,
    sleep: options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms))),
    random: options.random ?? Math.random,
  };
  const requestTimeoutMs = Math.min(REQUEST_TIMEOUT_MS, timeoutMs);
  const api = connectToSnapshots({ apiKey, apiUrl, target, requestTimeoutMs });
  const log = openBuildLog(api, onLine);
  const deadline = startDeadline(timeoutMs, clock);
  try {
    const ctx = { api, log, deadline, clock, onStep: options.onStep };
    const work = reconcileSnapshot(ctx, name, content);
    return await withTimeout(timeoutMs, work);
  } finally {
    log.close();
  }
}

interface Context {
  api: SnapshotApi;
  log: BuildLog;
  deadline: Deadline;
  clock: Clock;
  onStep: EnsureSnapshotOptions["onStep"];
}

async function reconcileSnapshot(
  ctx: Context,
  name: string,
  content: SnapshotContent,
): Promise<SnapshotOutcome> {
  const { api, deadline } = ctx;
  let by: By = "nothing";
  let previous: SnapshotStep | undefined;
  let createAttempts = 0;
  for (let polls = 0; ; polls += 1) {
    const snapshot = await withRetries(deadline, () => api.get(name));
    const step = nextStep(snapshot?.state, by !== "nothing");
    if (step !== previous) ctx.onStep?.(step);
    previous = step;
    if (step === "removed") throw new SandboxError("CONFLICT", `${name} was removed meanwhile`);
    if (snapshot === null) {
      createAttempts += 1;
      by = await create(ctx, name, content, createAttempts);
      continue;
    }
    if (step === "done" || step === "failed") return await outcomeOf(ctx, snapshot, by);
    if (step === "remove") await withRetries(deadline, () => removeOnce(api, snapshot.id));
    if (step === "activate") {
      await api.activate(snapshot.id);
      by = "activating";
    }
    if (isBeingMade(snapshot.state)) {
      if (by === "nothing") by = "adopting";
      if (snapshot.state === "building") ctx.log.follow(snapshot.id);
    }
    await waitForPoll(ctx, polls, snapshot);
  }
}

async function waitForPoll(
  { deadline, clock }: Context,
  polls: number,
  { name, state }: Snapshot,
): Promise<void> {
  const waitMs = Math.min(MAX_POLL_INTERVAL_MS, MIN_POLL_INTERVAL_MS * 1.2 ** polls);
  if (waitMs >= deadline.remainingMs()) {
    throw new SandboxError("TIMEOUT", `${name} is still ${state}`);
  }
  await clock.sleep(waitMs);
}

/** @returns "adopting" when another call was faster, and "nothing" when it is not known whether it was created */
async function create(
  { api, deadline }: Context,
  name: string,
  content: SnapshotContent,
  attempts: number,
): Promise<By> {
  try {
    await api.create(name, content);
    return "creating";
  } catch (error) {
    if (!isSandboxError(error) || !error.retryable || attempts >= MAX_CREATE_ATTEMPTS) throw error;
    if (error.code === "CONFLICT") return "adopting";
    await deadline.backOff(attempts, error);
    return "nothing";
  }
}

async function removeOnce(api: SnapshotApi, id: string): Promise<void> {
  try {
    await api.remove(id);
  } catch (error) {
    if (!isSandboxError(error) || error.code !== "NOT_FOUND") throw error;
  }
}

async function outcomeOf(
  { log }: Context,
  { id, state, errorReason }: Snapshot,
  by: By,
): Promise<SnapshotOutcome> {
  if (by !== "nothing") await log.finish(id);
  if (state === "active") return { kind: "active", by };
  const reason = errorReason ?? `it is in the state ${state}, without a reason`;
  return { kind: "failed", reason, lastLines: log.lastLines() };
}
