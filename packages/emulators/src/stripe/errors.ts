import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";

/** The `error` object of Stripe's answers. */
interface StripeErrorBody {
  type: "invalid_request_error" | "idempotency_error" | "card_error" | "api_error";
  message: string;
  code?: string;
  param?: string;
}

/** An error answer of Stripe's API. */
export class StripeError extends Error {
  readonly status: ContentfulStatusCode;
  readonly body: { error: StripeErrorBody };

  constructor(status: ContentfulStatusCode, error: StripeErrorBody) {
    super(error.message);
    this.name = "StripeError";
    this.status = status;
    this.body = { error };
  }
}

/** 400 `invalid_request_error`. */
export function invalid(message: string, param?: string, code?: string): StripeError {
  return new StripeError(400, {
    type: "invalid_request_error",
    message,
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  });
}

/** `resource_missing`: 404 if the path names the object, 400 if a parameter does. */
export function noSuchObject(kind: string, id: string, param = "id"): StripeError {
  return new StripeError(param === "id" ? 404 : 400, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

/** The first error in a request's parameters, in Stripe's words. */
export function invalidParameters(error: z.ZodError): StripeError {
  const issue = error.issues[0];
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === "unrecognized_keys") {
    const param = bracketed([...path, issue.keys[0] ?? ""]);
    return invalid(`Received unknown parameter: ${param}`, param, "parameter_unknown");
  }
  const param = bracketed(path);
  if (issue?.code === "invalid_type" && issue.message.includes("undefined")) {
    return invalid(`Missing required param: ${param}.`, param, "parameter_missing");
  }
  return invalid(`Invalid ${param}: ${issue?.message ?? "not valid"}`, param);
}

function bracketed([first = "", ...rest]: string[]): string {
  return first + rest.map((key) => `[${key}]`).join("");
}
