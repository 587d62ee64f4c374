import type { JSONValue } from "convex/values";
import { failureText, INTERRUPTED, type Failure } from "../../runtime/errors/failure.ts";
import { findFunction } from "../code/code_store.ts";
import type { DueCron } from "./crons.ts";
import {
  runMutation,
  systemRequest,
  systemTransaction,
  type Committed,
  type RunResult,
} from "../calls/executor.ts";
import type { Job } from "./jobs.ts";
import { parseFunctionPath } from "../calls/paths.ts";
import type { ActionJob, Completion, DueKinds, FunctionCall } from "../protocol.ts";
import type { EngineState } from "../state.ts";
import { Transaction } from "../../tx/transaction.ts";
import { NO_DATABASE_USAGE } from "../../tx/usage.ts";

/** A call with its component's id, as jobs and crons store it. */
type ScheduledCall = FunctionCall & { readonly target: { component: string; path: string } };

/** The outcome of one step of the scheduler. */
export interface JobStep {
  readonly ran: boolean;
  readonly action: ActionJob | null;
  readonly log: Completion | null;
  readonly commits: readonly Committed[];
}

const IDLE: JobStep = { ran: false, action: null, log: null, commits: [] };

/** Runs the due job or cron that comes first; an action is only marked as started, and handed out. */
export async function runNextJob(state: EngineState, which: DueKinds): Promise<JobStep> {
  const now = state.store.clock.wallMs();
  const job = which.jobs ? state.jobs.nextDue(now) : null;
  if (job !== null) return runJob(state, job);
  const cron = which.crons ? state.crons.takeDue(now) : null;
  return cron === null ? IDLE : runCron(state, cron);
}

/** Fails the actions that a crash has interrupted: they run at most once. */
export function failInterrupted(state: EngineState): Committed | null {
  state.jobs.restoreBegun();
  const jobs = state.jobs.interrupted();
  if (jobs.length === 0) return null;
  return systemTransaction(state, (tx) => {
    for (const job of jobs)
      state.jobs.finish(tx, job, { kind: "failed", error: INTERRUPTED.message });
  });
}

/** Fails the job whose mutation was running when its thread was ended; a cron has no job to fail. */
export function failBegunJob(state: EngineState, failure: Failure): Committed | null {
  const job = state.jobs.begun();
  if (job === null) return null;
  return systemTransaction(state, (tx) => {
    state.jobs.finish(tx, job, { kind: "failed", error: failureText(failure) });
  });
}

async function runJob(state: EngineState, job: Job): Promise<JobStep> {
  const args = argsOf(state, job);
  const call: ScheduledCall = {
    target: { component: job.target, path: job.path, publicOnly: false },
    args,
    request: systemRequest(job.id),
  };
  const type = typeOf(state, job.target, job.path);
  if (type === "Action") {
    const commit = systemTransaction(state, (tx) => {
      state.jobs.start(tx, job);
    });
    return { ran: true, action: { job, cron: null, call }, log: null, commits: [commit] };
  }
  if (type !== "Mutation") {
    const error = `Could not run the scheduled function '${job.path}': ${type === undefined ? "it is not there" : "only mutations and actions can be scheduled"}.`;
    return failed(state, job, { message: error }, neverRan(state, call, { message: error }));
  }
  state.jobs.begin(job);
  const started = performance.now();
  const { ran, committed } = await runMutation(state, call, (tx) => {
    state.jobs.finish(tx, job, { kind: "success" });
  });
  const log = logOf(state, call, ran, committed !== null, started);
  if (!ran.ok) return failed(state, job, ran.failure, log);
  return { ran: true, action: null, log, commits: committed === null ? [] : [committed] };
}

async function runCron(state: EngineState, cron: DueCron): Promise<JobStep> {
  const call: ScheduledCall = {
    target: { component: cron.component, path: cron.path, publicOnly: false },
    // Crons' arguments were made by the convex package's cronJobs().
    args: cron.args as JSONValue,
    request: systemRequest(null),
  };
  const type = typeOf(state, cron.component, cron.path);
  if (type === "Action") {
    const cronName = `${cron.component}/${cron.name}`;
    return { ran: true, action: { job: null, cron: cronName, call }, log: null, commits: [] };
  }
  const started = performance.now();
  const { ran, committed } = await runMutation(state, call);
  const log = logOf(state, call, ran, committed !== null, started);
  return { ran: true, action: null, log, commits: committed === null ? [] : [committed] };
}

function failed(state: EngineState, job: Job, failure: Failure, log: Completion): JobStep {
  const commit = systemTransaction(state, (tx) => {
    state.jobs.finish(tx, job, { kind: "failed", error: failureText(failure) });
  });
  return { ran: true, action: null, log, commits: [commit] };
}

function argsOf(state: EngineState, job: Job): JSONValue {
  const tx = new Transaction(state.store);
  return state.jobs.args(tx, job) ?? {};
}

function typeOf(state: EngineState, component: string, path: string) {
  const found = state.code.components.get(component);
  if (found === undefined) return undefined;
  return findFunction(state.code, found, parseFunctionPath(path))?.udfType;
}

function logOf(
  state: EngineState,
  call: ScheduledCall,
  ran: RunResult,
  committed: boolean,
  started: number,
): Completion {
  const { logs, tx } = ran.execution;
  return {
    ...neverRan(state, call, ran.ok ? null : ran.failure),
    logs: logs.lines,
    usage: tx.usage.ofDatabase(committed),
    executionTime: (performance.now() - started) / 1000,
  };
}

function neverRan(
  state: EngineState,
  { target, request }: ScheduledCall,
  failure: Failure | null,
): Completion {
  const componentPath = state.code.components.get(target.component)?.path ?? "";
  return {
    called: { path: target.path, componentPath },
    udfType: "Mutation",
    requestId: request.requestId,
    logs: [],
    usage: NO_DATABASE_USAGE,
    failure,
    executionTime: 0,
  };
}
