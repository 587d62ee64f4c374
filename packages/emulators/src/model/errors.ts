import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An error as OpenAI's API words it: `type` and `code` are what clients decide by. */
export interface ModelError {
  status: ContentfulStatusCode;
  message: string;
  type: string;
  param?: string | undefined;
  code?: string | undefined;
  headers?: Record<string, string> | undefined;
}

/** Answers with an error. */
export function modelError(context: Context, error: ModelError): Response {
  const { status, message, type, param = null, code = null, headers } = error;
  return context.json({ error: { message, type, param, code } }, status, headers);
}

/** A request that isn't valid: 400. */
export function invalidRequest(message: string, param?: string, code?: string): ModelError {
  return { status: 400, type: "invalid_request_error", message, param, code };
}

/** No key, or one that isn't ours: 401. The key itself is not repeated. */
export function invalidKey(given: boolean): ModelError {
  if (!given) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
      "(i.e. Authorization: Bearer YOUR_KEY).";
    return { status: 401, type: "invalid_request_error", message };
  }
  const message =
    "Incorrect API key provided: sk-********. You can find your API key at https://platform.openai.com/account/api-keys.";
  return { status: 401, type: "invalid_request_error", message, code: "invalid_api_key" };
}

/** Too many requests at the moment: 429, to be tried again after a second. */
export function rateLimited(model: string): ModelError {
  return {
    status: 429,
    type: "requests",
    code: "rate_limit_exceeded",
    message:
      `Rate limit reached for ${model} in organization org-emulator on requests per min (RPM): ` +
      "Limit 3, Used 3, Requested 1. Please try again in 1s.",
    headers: {
      "retry-after": "1",
      "retry-after-ms": "1000",
      "x-ratelimit-limit-requests": "3",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1s",
    },
  };
}

/** The account has no credit left: 429, which trying again doesn't help. */
export function quotaExceeded(): ModelError {
  return {
    status: 429,
    type: "insufficient_quota",
    code: "insufficient_quota",
    message:
      "You exceeded your current quota, please check your plan and billing details. For more information on this error, " +
      "read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
  };
}

/** A model that isn't there: 404. */
export function modelNotFound(model: string): ModelError {
  return {
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
  };
}
