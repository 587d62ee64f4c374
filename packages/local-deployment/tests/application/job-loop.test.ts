import { afterEach, expect, test, vi } from "vitest";
import { EngineEndedError } from "../../src/application/engine_client.ts";
import { JobLoop } from "../../src/application/job_loop.ts";
import type { EngineCaller } from "../../src/engine/protocol.ts";
import { TIMED_OUT } from "../../src/runtime/errors/failure.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("a job that ended the engine's thread fails before any other is run, if recording that fails, too", async () => {
  vi.useFakeTimers();
  const calls: unknown[] = [];
  const answers = [
    () => Promise.reject(new EngineEndedError(TIMED_OUT)),
    () => Promise.reject(new Error("The thread has ended again")),
    () => Promise.resolve({ nextDue: Date.now() }),
    () => Promise.resolve(null),
    () => Promise.resolve({ action: null, log: null, nextDue: null }),
  ];
  const engine = {
    call: (...call: unknown[]) => {
      calls.push(call);
      return answers.shift()!();
    },
  };
  const unused = null as never; // no action is run, and nothing is logged
  const loop = new JobLoop(engine as EngineCaller, unused, unused, 1); // it answers these calls alone
  loop.scheduled(Date.now());
  await vi.advanceTimersByTimeAsync(5_000);
  loop.close();
  const run = ["runNextJob", { jobs: true, crons: true }];
  const fail = ["failBegunJob", TIMED_OUT];
  expect(calls).toEqual([run, fail, ["clock"], fail, run]);
});
