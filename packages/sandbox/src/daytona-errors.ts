import {
  DaytonaConnectionError,
  DaytonaConnectionTimeoutError,
  DaytonaError,
  DaytonaInvalidArgumentError,
  DaytonaTimeoutError,
} from "@daytonaio/sdk";
import type { SandboxErrorCode, SandboxErrorDetails } from "./errors.ts";
import { isSandboxError, SandboxError } from "./errors.ts";

const MAX_MESSAGE_LENGTH = 300; // characters; a proxy's error page may come as the message

/**
 * Makes a `SandboxError` of anything that the SDK throws.
 *
 * The SDK's error is not kept as the cause, because it carries the request's headers. Its message is
 * kept, with the API key removed.
 */
export function toSandboxError(error: unknown, apiKey: string, sandboxId?: string): SandboxError {
  if (isSandboxError(error)) return error;
  const { code, ...details } = describe(error);
  const raw = error instanceof Error ? error.message : String(error);
  const message = raw.replaceAll(apiKey, "[key]").slice(0, MAX_MESSAGE_LENGTH);
  return new SandboxError(code, message || code, { sandboxId, ...details });
}

type Description = { code: SandboxErrorCode } & SandboxErrorDetails;

function describe(error: unknown): Description {
  if (!(error instanceof DaytonaError)) return { code: "UNEXPECTED_RESPONSE" };
  if (error instanceof DaytonaInvalidArgumentError) return { code: "INVALID" };
  if (error.statusCode !== undefined) return describeStatus(error, error.statusCode);
  if (error instanceof DaytonaConnectionTimeoutError) return { code: "TIMEOUT" };
  if (error instanceof DaytonaConnectionError) return { code: "UNAVAILABLE" };
  if (error instanceof DaytonaTimeoutError) return { code: "TIMEOUT" };
  // The SDK throws its base class when a sandbox that it waits for reaches an error state.
  return { code: "SANDBOX_FAILED" };
}

function describeStatus(error: DaytonaError, status: number): Description {
  const code = codeOfMessage(status, error.message);
  if (code !== undefined) return { code };
  if (status === 401) return { code: "UNAUTHORIZED" };
  if (status === 403) return { code: "FORBIDDEN" };
  if (status === 404 || status === 410) return { code: "NOT_FOUND" };
  if (status === 408 || status === 504) return { code: "TIMEOUT" };
  if (status === 409) return { code: "CONFLICT" };
  if (status === 429) return { code: "RATE_LIMITED", retryAfterMs: retryAfter(error) };
  if (status >= 500) return { code: "UNAVAILABLE", retryAfterMs: retryAfter(error) };
  return { code: status >= 400 ? "INVALID" : "UNEXPECTED_RESPONSE" };
}

/**
 * Daytona answers some failures with 400 or 403 although the arguments are right, and without an error
 * code: only the message tells them apart. These messages are from `apps/api/src` of
 * daytonaio/daytona v0.190, the last public source; each comment names the file below that folder.
 */
const CODES_BY_MESSAGE: readonly (readonly [
  status: number,
  message: RegExp,
  code: SandboxErrorCode,
])[] = [
  // sandbox/services/sandbox.service.ts, validateOrganizationQuotas: what all sandboxes may have together
  [400, /^Total (CPU|memory|disk|GPU) limit exceeded\. /, "QUOTA_EXCEEDED"],
  // the same function: what a single sandbox may have, which its snapshot determines
  [400, /^(CPU|Memory|Disk) request \S+ exceeds maximum allowed per /, "SNAPSHOT_UNAVAILABLE"],
  // the same file, createFromSnapshot
  [400, /^Snapshot \S+ not found\. /, "SNAPSHOT_UNAVAILABLE"],
  [400, /^Snapshot \S+ is not available in region /, "SNAPSHOT_UNAVAILABLE"],
  [
    400,
    /^Snapshot \S+ is (building|pending|pulling|inactive|error|build_failed|removing)$/,
    "SNAPSHOT_UNAVAILABLE",
  ],
  // sandbox/controllers/sandbox.controller.ts, waitForSandboxStarted: the sandbox exists all the same
  [400, /^Sandbox failed to start: /, "SANDBOX_FAILED"],
  // sandbox/services/sandbox.service.ts, assertSandboxNotErrored
  [400, /^Sandbox is in an errored state$/, "SANDBOX_FAILED"],
  // sandbox/services/runner.service.ts: no runner has room at the moment
  [400, /^No available runners$/, "UNAVAILABLE"],
  // organization/services/organization.service.ts
  [403, /^Organization is suspended(: |$)/, "SUSPENDED"],
];

/** What a failure means by its message; undefined when it means what its status says. */
export function codeOfMessage(status: number, message: string): SandboxErrorCode | undefined {
  return CODES_BY_MESSAGE.find(([of, pattern]) => of === status && pattern.test(message))?.[2];
}

/** The longest of `Retry-After` and Daytona's `Retry-After-{throttler}`, in milliseconds. */
function retryAfter(error: DaytonaError): number | undefined {
  const delays = Object.entries(error.headers ?? {})
    .filter(([name]) => name.toLowerCase().startsWith("retry-after"))
    .map(([, value]) => delayMs(String(value)))
    .filter((delay) => delay !== undefined);
  return delays.length > 0 ? Math.max(...delays) : undefined;
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function delayMs(value: string): number | undefined {
  const seconds = Number(value);
  const delay = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(delay) ? Math.max(0, delay) : undefined;
}
