import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";

/** Answers with an error as Clerk's Backend API words it, which the SDK makes an error of. */
export function clerkError(
  context: Context,
  status: ContentfulStatusCode,
  code: string,
  message: string,
): Response {
  return context.json(
    {
      errors: [{ code, message, long_message: message }],
      clerk_trace_id: randomBytes(16).toString("hex"),
    },
    status,
  );
}

/** Answers a body that doesn't fit, naming the parameter. */
export function invalidParameter(context: Context, error: z.ZodError): Response {
  const issue = error.issues[0];
  const unknown = issue?.code === "unrecognized_keys";
  const code = unknown ? "form_param_unknown" : "form_param_format_invalid";
  const where = issue?.path.join(".") ?? "";
  return clerkError(context, 422, code, `${where || "body"}: ${issue?.message ?? "is invalid"}`);
}

/** Answers that there is no such user. */
export function userNotFound(context: Context): Response {
  return clerkError(context, 404, "resource_not_found", "No user was found with this id");
}
