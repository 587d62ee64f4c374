import type { SandboxErrorCode } from "../src/index.ts";
import type { FaultRule } from "./support.ts";

type FaultKind = FaultRule["kind"];
type Failure = [what: string, kind: FaultKind, code: SandboxErrorCode, retryable: boolean];

/** The ways in which a call can fail, and the error that each becomes. */
export const FAILURES: Failure[] = [
  ["400", { status: 400 }, "INVALID", false],
  ["401", { status: 401 }, "UNAUTHORIZED", false],
  ["403, a quota too", { status: 403 }, "FORBIDDEN", false],
  ["408", { status: 408 }, "TIMEOUT", true],
  ["413", { status: 413 }, "INVALID", false],
  ["422", { status: 422 }, "INVALID", false],
  ["429", { status: 429 }, "RATE_LIMITED", true],
  ["500", { status: 500 }, "UNAVAILABLE", true],
  [
    "502 with a proxy's error page",
    { status: 502, body: "<html>bad gateway" },
    "UNAVAILABLE",
    true,
  ],
  ["503", { status: 503 }, "UNAVAILABLE", true],
  ["504", { status: 504 }, "TIMEOUT", true],
  ["529, which the SDK has no class for", { status: 529 }, "UNAVAILABLE", true],
  ["a lost connection", "drop", "UNAVAILABLE", true],
  ["no answer", { delayMs: 60_000 }, "TIMEOUT", true],
  ["what isn't JSON", "malformed", "UNEXPECTED_RESPONSE", true],
  ["an empty object", { status: 200, body: {} }, "UNEXPECTED_RESPONSE", true],
  ["null", { status: 200, body: null }, "UNEXPECTED_RESPONSE", true],
  ["an id that isn't text", { status: 200, body: { id: 1 } }, "UNEXPECTED_RESPONSE", true],
];

/** Those after which the same call may succeed. */
export const PASSING_FAILURES = FAILURES.filter(([, , , retryable]) => retryable);
/** Those after which it won't. */
export const LASTING_FAILURES = FAILURES.filter(([, , , retryable]) => !retryable);

/** The timeout of an operation, in milliseconds: short where no answer comes, as the test waits for all of it. */
export const timeFor = (kind: FaultKind) =>
  typeof kind === "object" && "delayMs" in kind ? 900 : 10_000;
