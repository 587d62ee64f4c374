import {
  DaytonaConnectionError,
  DaytonaConnectionTimeoutError,
  DaytonaError,
  DaytonaInvalidArgumentError,
  DaytonaTimeoutError,
} from "@daytonaio/sdk";
import type { SandboxErrorCode, SandboxErrorDetails } from "./errors.ts";
import { isSandboxError, SandboxError } from "./errors.ts";
import { refusalOf } from "./refusals.ts";

const LONGEST_MESSAGE = 300; // characters; a proxy's error page may come as the message

/**
 * Makes a `SandboxError` of anything the SDK throws.
 *
 * The SDK's error stays behind: it carries headers, and its message is Daytona's own, so that the
 * key is cut out of it.
 */
export function classify(error: unknown, apiKey: string, sandboxId?: string): SandboxError {
  if (isSandboxError(error)) return error;
  const { code, ...details } = describe(error);
  const raw = error instanceof Error ? error.message : String(error);
  const message = raw.replaceAll(apiKey, "[key]").slice(0, LONGEST_MESSAGE);
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
  // The SDK throws its bare class when a sandbox it waits for reaches an error state.
  return { code: "SANDBOX_FAILED" };
}

function describeStatus(error: DaytonaError, status: number): Description {
  // The command ran and was ended: running it again is for the caller to decide.
  if (error.code === "PROCESS_EXECUTION_TIMEOUT") return { code: "TIMEOUT", retryable: false };
  const refusal = refusalOf(status, error.message);
  if (refusal !== undefined) return { code: refusal };
  if (status === 401) return { code: "UNAUTHORIZED" };
  if (status === 403) return { code: "FORBIDDEN" };
  if (status === 404 || status === 410) return { code: "NOT_FOUND" };
  if (status === 408 || status === 504) return { code: "TIMEOUT" };
  if (status === 409) return { code: "CONFLICT" };
  if (status === 429) return { code: "RATE_LIMITED", retryAfterMs: retryAfter(error) };
  if (status >= 500) return { code: "UNAVAILABLE", retryAfterMs: retryAfter(error) };
  return { code: status >= 400 ? "INVALID" : "UNEXPECTED_RESPONSE" };
}

/** The longest of `Retry-After` and Daytona's `Retry-After-{throttler}`, in milliseconds. */
function retryAfter(error: DaytonaError): number | undefined {
  const waits = Object.entries(error.headers ?? {})
    .filter(([name]) => name.toLowerCase().startsWith("retry-after"))
    .map(([, value]) => waitOf(String(value)))
    .filter((wait) => wait !== undefined);
  return waits.length > 0 ? Math.max(...waits) : undefined;
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function waitOf(value: string): number | undefined {
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}
