import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ZodType } from "zod";

const NAMES: Partial<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  501: "Not Implemented",
  502: "Bad Gateway",
};

/** A refusal, answered as Daytona words it; `source` and `code` choose the SDK's error class. */
export class DaytonaRefusal extends Error {
  readonly status: ContentfulStatusCode;
  readonly source: "DAYTONA_API" | "DAYTONA_DAEMON" | "DAYTONA_PROXY";
  readonly code: string | undefined;

  constructor(
    status: ContentfulStatusCode,
    message: string,
    from: { source?: DaytonaRefusal["source"]; code?: string } = {},
  ) {
    super(message);
    this.name = "DaytonaRefusal";
    this.status = status;
    this.source = from.source ?? "DAYTONA_API";
    this.code = from.code;
  }
}

/** A refusal by the sandbox's own daemon (the toolbox). */
export function daemonRefusal(
  status: ContentfulStatusCode,
  message: string,
  code?: string,
): DaytonaRefusal {
  return new DaytonaRefusal(status, message, {
    source: "DAYTONA_DAEMON",
    ...(code === undefined ? {} : { code }),
  });
}

/** A body, query or parameter as its schema has it. @throws DaytonaRefusal 400, naming what doesn't fit. */
export function parsed<Output>(schema: ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new DaytonaRefusal(400, `${where || "body"}: ${issue?.message ?? "is invalid"}`);
}

/** Answers an error: a refusal in Daytona's words, anything else as a 500. */
export function answerError(error: Error, context: Context): Response {
  const refusal = error instanceof DaytonaRefusal ? error : undefined;
  const status = refusal?.status ?? 500;
  return context.json(
    {
      statusCode: status,
      error: NAMES[status] ?? "Internal Server Error",
      message: error.message,
      source: refusal?.source ?? "DAYTONA_API",
      ...(refusal?.code === undefined ? {} : { code: refusal.code }),
      path: context.req.path,
      timestamp: new Date().toISOString(),
    },
    status,
  );
}
