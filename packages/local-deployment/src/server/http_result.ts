import type { ActionRun } from "../actions/action_run.ts";
import type { LogLine } from "../runtime/console.ts";
import { failureText, type Failure } from "../runtime/errors/failure.ts";
import { parseJsonText } from "../values/encoding/json_text.ts";
import { tooManyActions } from "../application/action_pool.ts";
import type { HttpExchange } from "./http_exchange.ts";
import type { Completion } from "../engine/protocol.ts";

/** In production's words (`ErrorMetadata::client_disconnect`). */
const CLIENT_GONE: Failure = { message: "Client disconnected" };

/** The response of an HTTP action that failed before it made one. @throws HttpError 429 */
export function failedResponse({ outcome }: ActionRun, requestId: string): Response {
  if ("code" in outcome) throw tooManyActions(outcome);
  const failure = outcome.ok ? CLIENT_GONE : outcome.failure;
  const data = failure.data === undefined ? {} : { data: parseJsonText(failure.data) };
  return Response.json(
    {
      code: `[Request ID: ${requestId}] Server Error: ${failure.message}`,
      trace: failureText(failure),
      ...data,
    },
    { status: 500 },
  );
}

/**
 * The log entry of an HTTP action, as in production (`run_http_action` in crates/application): once there is
 * a response, the entry has its status, and a later error is a log line.
 * @returns null for one that was not run
 */
export function loggedResult(
  { outcome, logs }: ActionRun,
  { begun, clientGone }: HttpExchange,
): Pick<Completion, "logs" | "failure" | "status"> | null {
  const failure = outcome.ok ? null : outcome.failure;
  if (begun === null) {
    if ("code" in outcome) return null;
    return { logs, failure: clientGone ? CLIENT_GONE : failure };
  }
  const all = [...logs];
  if (failure !== null) all.push(line("ERROR", failureText(failure)));
  if (clientGone) all.push(line("INFO", failureText(CLIENT_GONE)));
  return { logs: all, failure: null, status: begun.status };
}

function line(level: LogLine["level"], text: string): LogLine {
  return { messages: [text], level, timestamp: Date.now(), isTruncated: false };
}
