import type { JSONValue } from "convex/values";
import { FunctionError } from "../../errors.ts";
import { MAX_SCHEDULE_MS } from "../../limits.ts";
import type { Transaction } from "../../tx/transaction.ts";
import { measureArgs } from "../../values/call_args.ts";
import { resolveAddress, type Address } from "../addresses.ts";
import { findFunction } from "../code.ts";
import type { Component } from "../components.ts";
import { JOBS_TABLE } from "../jobs.ts";
import { canonicalFunctionPath, formatFunctionPath } from "../paths.ts";
import type { EngineState } from "../state.ts";
import { parseArgs, type Syscall } from "./dispatch.ts";
import { cancelArgs, scheduleArgs } from "./schedule_args.ts";
import { tableOfArgument } from "./tables.ts";

/** Adds a job for `caller`. The parent is the job that is running, when one is. */
export function scheduleJob(
  state: EngineState,
  tx: Transaction,
  caller: Component,
  request: Address & { ts: number; args: JSONValue },
  parentJob: string | null,
): string {
  const target = resolveAddress(state.code, state.handles, caller, request);
  const due = request.ts * 1000;
  if (!Number.isFinite(due) || Math.abs(due - tx.now) > MAX_SCHEDULE_MS) {
    throw new FunctionError(
      due > tx.now
        ? "Functions can only be scheduled within 5 years from now."
        : "Functions can't be scheduled more than 5 years in the past.",
    );
  }
  const name = canonicalFunctionPath(target.path);
  const args = measureArgs(name, request.args);
  if (findFunction(state.code, target.component, target.path) === undefined) {
    throw new FunctionError(
      `Attempted to schedule function at nonexistent path: ${formatFunctionPath(target.path)}`,
    );
  }
  tx.usage.schedule(args.size);
  return state.jobs.schedule(tx, {
    component: caller.id,
    due,
    target: target.component.id,
    path: formatFunctionPath(target.path),
    name,
    args: args.value,
    canceled: parentJob !== null && state.jobs.isCanceled(tx, parentJob),
  });
}

const schedule: Syscall = (state, frame, rawArgs) => {
  const request = parseArgs("scheduler", scheduleArgs, rawArgs);
  const { jobId } = frame.execution.request;
  return JSON.stringify(scheduleJob(state, frame.tx, frame.component, request, jobId));
};

const cancelJob: Syscall = (state, frame, rawArgs) => {
  const { id } = parseArgs("db.cancel_job", cancelArgs, rawArgs);
  const table = tableOfArgument(state, frame, "db.cancel_job", id, JOBS_TABLE);
  if (table !== undefined) state.jobs.cancel(frame.tx, frame.component.id, id);
  return "null";
};

/** Scheduling of functions and its taking back; mutations only. */
export const scheduleSyscalls: Readonly<Record<string, Syscall>> = {
  schedule,
  cancel_job: cancelJob,
};
