import type { SandboxError } from "./errors.ts";
import { SandboxError as Failure } from "./errors.ts";

/** The time and chance an operation depends on; tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** From 0 up to 1, without it. */
  random(): number;
}

/** The time an operation has, its waits and retries included. */
export interface Budget {
  /** Milliseconds left; never negative. */
  left(): number;
  /** The time for one request: `mostMs`, or what is left. @throws SandboxError `TIMEOUT`. */
  share(mostMs: number): number;
  /**
   * Waits before the attempt after `failure`: exponentially longer, with full jitter, and at least
   * as long as Daytona asks.
   *
   * @param attempt how many attempts have failed so far, from 1.
   * @throws the failure itself when there isn't the time.
   */
  backOff(attempt: number, failure: SandboxError): Promise<void>;
  /** Waits a little before looking at a state again. @throws SandboxError `TIMEOUT`. */
  pause(looks: number, sandboxId: string): Promise<void>;
}

const FIRST_BACKOFF_MS = 200;
const LONGEST_BACKOFF_MS = 5_000;
const FIRST_PAUSE_MS = 100; // as often as the SDK looks itself
const LONGEST_PAUSE_MS = 1_000;

/** Starts the time of an operation. */
export function startBudget(timeoutMs: number, clock: Clock): Budget {
  const end = clock.now() + timeoutMs;
  const left = () => Math.max(0, end - clock.now());
  return {
    left,
    share: (mostMs) => {
      if (left() <= 0) throw new Failure("TIMEOUT", "the time is up");
      return Math.min(mostMs, left());
    },
    backOff: async (attempt, failure) => {
      const ceiling = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
      const waitMs = (failure.retryAfterMs ?? 0) + clock.random() * ceiling;
      if (waitMs >= left()) throw failure;
      await clock.sleep(waitMs);
    },
    pause: async (looks, sandboxId) => {
      const waitMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 1.2 ** looks);
      if (waitMs >= left()) {
        throw new Failure("TIMEOUT", "the sandbox did not change in time", { sandboxId });
      }
      await clock.sleep(waitMs);
    },
  };
}

const MOST_ATTEMPTS = 5;

/** Does something that is safe to do again until it succeeds, or fails for good. */
export async function withRetries<Result>(
  budget: Budget,
  attempt: () => Promise<Result>,
  toFailure: (error: unknown) => SandboxError,
): Promise<Result> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await attempt();
    } catch (error) {
      const failure = toFailure(error);
      if (!failure.retryable || failed >= MOST_ATTEMPTS) throw failure;
      await budget.backOff(failed, failure);
    }
  }
}

/**
 * Ends the waiting, not the work, when the time is up.
 *
 * @throws SandboxError `TIMEOUT`.
 */
export async function within<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Failure("TIMEOUT", `no end after ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
