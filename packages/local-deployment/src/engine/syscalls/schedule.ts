import { MAX_SCHEDULE_MS } from "../../limits/transactions.ts";
import type { JSONValue } from "convex/values";
import { z } from "zod";
import { FunctionError } from "../../lib/errors.ts";
import type { Transaction } from "../../tx/transaction.ts";
import { measureArgs } from "../../values/validators/call_args.ts";
import {
  addressSchema,
  resolveAddress,
  type Address,
  type ResolvedFunction,
} from "../calls/addresses.ts";
import { findModule } from "../code/code_store.ts";
import type { Component } from "../code/components.ts";
import { inComponent } from "../calls/invoke.ts";
import { JOBS_TABLE } from "../schedule/jobs.ts";
import { canonicalFunctionPath, formatFunctionPath } from "../calls/paths.ts";
import type { EngineState } from "../state.ts";
import { parseArgs, type Syscall } from "./syscall.ts";
import { tableOfArgument } from "./tables.ts";

/** Arguments of `schedule` and `actions/schedule`; `ts` is in seconds since 1970. */
export const scheduleArgs = addressSchema.extend({ ts: z.number(), args: z.json() });

/** Arguments of `cancel_job` and `actions/cancel_job`. */
export const cancelArgs = z.object({ id: z.string() });

/** @throws FunctionError when there is no such function; in production's words (`validate_schedule_args` in crates/udf) */
function checkTarget(state: EngineState, { component, path }: ResolvedFunction): void {
  const module = findModule(state.code, component, path.module);
  if (module === undefined) {
    const where = component.path === "" ? "" : `${component.path} `;
    throw new FunctionError(
      `Attempted to schedule function at nonexistent path: ${where}${path.module}`,
    );
  }
  if (module.functions.some(({ name }) => name === path.name)) return;
  throw new FunctionError(
    `Attempted to schedule function, but no exported function ${path.name} found in the file: ${path.module}${inComponent(component)}. Did you forget to export it?`,
  );
}

/** Adds a job for `caller`. The parent is the job that is running, when one is. */
export function scheduleJob(
  state: EngineState,
  tx: Transaction,
  caller: Component,
  request: Address & { ts: number; args: JSONValue },
  parentJob: string | null,
): string {
  const target = resolveAddress(state.code, state.handles, caller, request);
  checkTarget(state, target);
  const due = request.ts * 1000;
  if (!Number.isFinite(due) || Math.abs(due - tx.now) > MAX_SCHEDULE_MS) {
    const when = due > tx.now ? "in the future" : "in the past";
    throw new FunctionError(`UnixTimestamp(${request.ts}s) is more than 5 years ${when}`);
  }
  const name = canonicalFunctionPath(target.path);
  const args = measureArgs(name, request.args);
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

/** Scheduling and canceling of functions; mutations only. */
export const scheduleSyscalls: Readonly<Record<string, Syscall>> = {
  schedule,
  cancel_job: cancelJob,
};
