import { DeploymentError } from "../lib/errors.ts";

/**
 * Production's settings by their names, with the defaults of a self-hosted deployment
 * (crates/common/src/knobs.rs; self-hosted/docker/docker-compose.yml for the two of 16). Those for queries and
 * mutations are not among them: here they run one at a time.
 */
const DEFAULTS = {
  /** Scheduled functions at once, and crons at once, counted separately. */
  SCHEDULED_JOB_EXECUTION_PARALLELISM: 8,
  /** Isolate actions and HTTP actions at once. */
  APPLICATION_MAX_CONCURRENT_V8_ACTIONS: 16,
  /** Node actions at once. */
  APPLICATION_MAX_CONCURRENT_NODE_ACTIONS: 16,
  /** How long an action waits for a slot, in milliseconds. */
  APPLICATION_FUNCTION_RUNNER_ACTION_SEMAPHORE_TIMEOUT: 10_000,
  /** How long an isolate action or HTTP action may take, in seconds. */
  V8_ACTION_USER_TIMEOUT_SECS: 1_800,
  /** How long a Node action may take, in seconds. */
  NODE_ACTION_USER_TIMEOUT_SECS: 600,
};

/** Production's settings that can be changed here. */
export type Knobs = Readonly<Record<keyof typeof DEFAULTS, number>>;

/** In seconds this is more than 23 days, and in milliseconds it fits a timer. */
const MOST = 2_000_000;

/** @throws DeploymentError `INVALID_OPTION` for an unknown name, or a value that is not a whole number from 1 */
export function knobsOf(given: Readonly<Record<string, number>>): Knobs {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      const known = Object.keys(DEFAULTS).join(", ");
      throw new DeploymentError("INVALID_OPTION", `There is no knob ${name}. There are: ${known}.`);
    }
    if (!Number.isInteger(value) || value < 1 || value > MOST) {
      throw new DeploymentError(
        "INVALID_OPTION",
        `${name} must be a whole number from 1 to ${String(MOST)}.`,
      );
    }
  }
  return { ...DEFAULTS, ...given };
}
