import type { JSONValue } from "convex/values";
import type { Failure } from "../runtime/failure.ts";
import { findFunction } from "./code.ts";
import type { DueCron } from "./crons.ts";
import { runMutation, systemRequest, systemTransaction, type Committed } from "./executor.ts";
import type { Job } from "./jobs.ts";
import { parseFunctionPath } from "./paths.ts";
import type { ActionJob, FunctionCall, JobLog } from "./protocol.ts";
import type { EngineState } from "./state.ts";
import { TIMED_OUT } from "./timeouts.ts";
import { Transaction } from "../tx/transaction.ts";

/** What one step of the scheduler did. */
export interface JobStep {
  readonly ran: boolean;
  readonly action: ActionJob | null;
  readonly log: JobLog | null;
  readonly commits: readonly Committed[];
}

const IDLE: JobStep = { ran: false, action: null, log: null, commits: [] };

/** Production's text for an action that was running when the deployment went down. */
const INTERRUPTED = "Transient error while executing action";

/** Runs the due job or cron that comes first; an action is only marked as started, and handed out. */
export async function runNextJob(state: EngineState): Promise<JobStep> {
  const now = state.store.clock.wallMs();
  const job = state.jobs.nextDue(now);
  if (job !== null) return runJob(state, job);
  const cron = state.crons.takeDue(now);
  return cron === null ? IDLE : runCron(state, cron);
}

/** Fails the actions that a crash has interrupted: they run at most once. */
export function failInterrupted(state: EngineState): Committed | null {
  state.jobs.restoreBegun();
  const jobs = state.jobs.interrupted();
  if (jobs.length === 0) return null;
  return systemTransaction(state, (tx) => {
    for (const job of jobs) state.jobs.finish(tx, job, { kind: "failed", error: INTERRUPTED });
  });
}

/** Fails the mutation that was begun when its thread had to be ended; a cron's leaves nothing to fail. */
export function failBegunJob(state: EngineState): Committed | null {
  const job = state.jobs.begun();
  if (job === null) return null;
  return systemTransaction(state, (tx) => {
    state.jobs.finish(tx, job, { kind: "failed", error: TIMED_OUT.message });
  });
}

async function runJob(state: EngineState, job: Job): Promise<JobStep> {
  const args = argsOf(state, job);
  const call: FunctionCall = {
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
    return failed(state, job, { message: error }, []);
  }
  state.jobs.begin(job);
  const started = performance.now();
  const { ran, committed } = await runMutation(state, call, (tx) => {
    state.jobs.finish(tx, job, { kind: "success" });
  });
  const log = logOf(state, call, ran.execution.logs.lines, ran.ok ? null : ran.failure, started);
  if (!ran.ok) return failed(state, job, ran.failure, [], log);
  return { ran: true, action: null, log, commits: committed === null ? [] : [committed] };
}

async function runCron(state: EngineState, cron: DueCron): Promise<JobStep> {
  const call: FunctionCall = {
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
  const log = logOf(state, call, ran.execution.logs.lines, ran.ok ? null : ran.failure, started);
  return { ran: true, action: null, log, commits: committed === null ? [] : [committed] };
}

function failed(
  state: EngineState,
  job: Job,
  failure: Failure,
  logs: JobLog["logs"],
  log: JobLog | null = null,
): JobStep {
  const commit = systemTransaction(state, (tx) => {
    state.jobs.finish(tx, job, { kind: "failed", error: failure.message });
  });
  const entry: JobLog = log ?? {
    path: job.path,
    component: job.target,
    udfType: "Mutation",
    logs,
    failure,
    executionTime: 0,
  };
  return { ran: true, action: null, log: entry, commits: [commit] };
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
  call: FunctionCall,
  logs: JobLog["logs"],
  failure: Failure | null,
  started: number,
): JobLog {
  const target = call.target;
  const component = "component" in target ? target.component : "";
  return {
    path: "path" in target ? target.path : "",
    component: state.code.components.get(component)?.path ?? "",
    udfType: "Mutation",
    logs,
    failure,
    executionTime: (performance.now() - started) / 1000,
  };
}
