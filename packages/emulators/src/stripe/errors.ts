import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";

/** The `error` object of Stripe's answers. */
interface StripeErrorBody {
  type: "invalid_request_error" | "idempotency_error" | "card_error" | "api_error";
  message: string;
  code?: string;
  param?: string;
}

/** A refusal of the Stripe API: thrown by what serves a request, answered by the app. */
export class StripeRefusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly body: { error: StripeErrorBody };

  constructor(status: ContentfulStatusCode, error: StripeErrorBody) {
    super(error.message);
    this.name = "StripeRefusal";
    this.status = status;
    this.body = { error };
  }
}

/** A parameter that can't be: 400, `invalid_request_error`. */
export function invalid(message: string, param?: string, code?: string): StripeRefusal {
  return new StripeRefusal(400, {
    type: "invalid_request_error",
    message,
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  });
}

/** No such object: 404 when it is the path's own, 400 when a parameter names it. */
export function missing(kind: string, id: string, param = "id"): StripeRefusal {
  return new StripeRefusal(param === "id" ? 404 : 400, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${kind}: '${id}'`,
    param,
  });
}

/** The first thing wrong with a request's parameters, in Stripe's words. */
export function refusalOf(error: z.ZodError): StripeRefusal {
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
