import { isSandboxError, SandboxError } from "./errors.ts";

/** Where an operation gets the time and random numbers from; tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

/** When an operation must have ended, with all its waits and retries. */
export interface Deadline {
  /** Milliseconds left; never negative. */
  remainingMs(): number;
  /** The timeout of one request: `maxMs`, or what remains if that is less. @throws SandboxError `TIMEOUT`. */
  requestTimeout(maxMs: number): number;
  /**
   * Waits before the next attempt: exponentially longer each time, with full jitter, and at least as
   * long as Daytona asks for.
   *
   * @param attempts how many attempts have failed so far, from 1.
   * @throws `error`, the last attempt's, when too little time remains for that.
   */
  backOff(attempts: number, error: SandboxError): Promise<void>;
  /** Waits before the next poll of a sandbox's state. @throws SandboxError `TIMEOUT`. */
  waitForPoll(polls: number, sandboxId: string): Promise<void>;
}

const MIN_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5_000;
const MIN_POLL_INTERVAL_MS = 100; // the SDK's own
const MAX_POLL_INTERVAL_MS = 1_000;

/** Sets the deadline of an operation that starts now. */
export function startDeadline(timeoutMs: number, clock: Clock): Deadline {
  const end = clock.now() + timeoutMs;
  const remainingMs = () => Math.max(0, end - clock.now());
  return {
    remainingMs,
    requestTimeout: (maxMs) => {
      if (remainingMs() <= 0) throw new SandboxError("TIMEOUT", "the time is up");
      return Math.min(maxMs, remainingMs());
    },
    backOff: async (attempts, error) => {
      const ceiling = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** (attempts - 1));
      const waitMs = (error.retryAfterMs ?? 0) + clock.random() * ceiling;
      if (waitMs >= remainingMs()) throw error;
      await clock.sleep(waitMs);
    },
    waitForPoll: async (polls, sandboxId) => {
      const waitMs = Math.min(MAX_POLL_INTERVAL_MS, MIN_POLL_INTERVAL_MS * 1.2 ** polls);
      if (waitMs >= remainingMs()) {
        throw new SandboxError("TIMEOUT", "the sandbox did not change in time", { sandboxId });
      }
      await clock.sleep(waitMs);
    },
  };
}

const MAX_ATTEMPTS = 5;

/**
 * Repeats something that is safe to repeat until it succeeds.
 *
 * @throws the last attempt's error, when it can't be retried, or after five attempts.
 */
export async function withRetries<Result>(
  deadline: Deadline,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isSandboxError(error) || !error.retryable || attempts >= MAX_ATTEMPTS) throw error;
      await deadline.backOff(attempts, error);
    }
  }
}

/**
 * Stops waiting for `work` when the time is up; the work itself goes on.
 *
 * @throws SandboxError `TIMEOUT`.
 */
export async function withTimeout<Result>(
  timeoutMs: number,
  work: Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SandboxError("TIMEOUT", `no end after ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
