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

/** An error answer, in Daytona's format. Its `source` and `code` decide which error the SDK throws. */
export class DaytonaError extends Error {
  readonly status: ContentfulStatusCode;
  readonly source: "DAYTONA_API" | "DAYTONA_DAEMON" | "DAYTONA_PROXY";
  readonly code: string | undefined;

  constructor(
    status: ContentfulStatusCode,
    message: string,
    from: { source?: DaytonaError["source"]; code?: string } = {},
  ) {
    super(message);
    this.name = "DaytonaError";
    this.status = status;
    this.source = from.source ?? "DAYTONA_API";
    this.code = from.code;
  }
}

/** An error answer of the daemon in the sandbox (the toolbox). */
export function daemonError(
  status: ContentfulStatusCode,
  message: string,
  code?: string,
): DaytonaError {
  return new DaytonaError(status, message, {
    source: "DAYTONA_DAEMON",
    ...(code === undefined ? {} : { code }),
  });
}

/** Validates a body, query or parameter. @throws DaytonaError 400, naming what is wrong. */
export function validate<Output>(schema: ZodType<Output>, value: unknown): Output {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join(".") ?? "";
  throw new DaytonaError(400, `${where || "body"}: ${issue?.message ?? "is invalid"}`);
}

/** The answer for an error; 500 if it isn't a `DaytonaError`. */
export function answerError(error: Error, context: Context): Response {
  const known = error instanceof DaytonaError ? error : undefined;
  const status = known?.status ?? 500;
  return context.json(
    {
      statusCode: status,
      error: NAMES[status] ?? "Internal Server Error",
      message: error.message,
      source: known?.source ?? "DAYTONA_API",
      ...(known?.code === undefined ? {} : { code: known.code }),
      path: context.req.path,
      timestamp: new Date().toISOString(),
    },
    status,
  );
}
