import { systemTransaction } from "../calls/executor.ts";
import { failInterrupted, failBegunJob, runNextJob } from "../schedule/job_runner.ts";
import type { JobState } from "../schedule/jobs.ts";
import { cancelArgs, scheduleArgs, scheduleJob } from "../syscalls/schedule.ts";
import { parseArgs } from "../syscalls/syscall.ts";
import { attempt, nextDue, type EngineContext, type EngineHandlers } from "./context.ts";

type ScheduleHandlers = Pick<
  EngineHandlers,
  | "schedule"
  | "cancelJob"
  | "runNextJob"
  | "failBegunJob"
  | "failInterrupted"
  | "cleanUp"
  | "finishAction"
  | "clock"
>;

/** Scheduled functions and crons: adding and canceling jobs, and running those that are due. */
export function scheduleHandlers(context: EngineContext): ScheduleHandlers {
  const { state } = context;
  return {
    schedule: ({ caller, args, parentJob }) =>
      attempt(() => {
        const request = parseArgs("scheduler", scheduleArgs, args);
        const component = context.component(caller);
        let id = "";
        const commit = systemTransaction(state, (tx) => {
          id = scheduleJob(state, tx, component, request, parentJob);
        });
        context.committed(commit.writes);
        context.scheduledMayHaveChanged();
        return id;
      }),
    cancelJob: ({ caller, args }) =>
      attempt(() => {
        const { id } = parseArgs("db.cancel_job", cancelArgs, args);
        const commit = systemTransaction(state, (tx) => {
          state.jobs.cancel(tx, caller, id);
        });
        context.committed(commit.writes);
        return null;
      }),
    runNextJob: async (which) => {
      const step = await runNextJob(state, which);
      for (const commit of step.commits) context.committed(commit.writes);
      const due = nextDue(state, which);
      return { ran: step.ran, action: step.action, log: step.log, nextDue: due };
    },
    cleanUp: () => {
      context.sessions.cleanUp(state.store.clock.wallMs());
      let removed = 0;
      const commit = systemTransaction(state, (tx) => {
        removed = state.jobs.cleanUp(tx);
      });
      context.committed(commit.writes);
      return removed;
    },
    failInterrupted: () => {
      const commit = failInterrupted(state);
      if (commit !== null) context.committed(commit.writes);
      return null;
    },
    failBegunJob: (failure) => {
      const commit = failBegunJob(state, failure);
      if (commit !== null) context.committed(commit.writes);
      return null;
    },
    finishAction: ({ job, error }) => {
      const end: JobState = error === null ? { kind: "success" } : { kind: "failed", error };
      const commit = systemTransaction(state, (tx) => {
        state.jobs.finish(tx, job, end);
      });
      context.committed(commit.writes);
      return null;
    },
    clock: () => ({ ts: String(state.store.clock.latest), nextDue: nextDue(state) }),
  };
}
