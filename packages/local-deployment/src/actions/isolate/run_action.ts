import { OUT_OF_MEMORY } from "../../runtime/errors/failure.ts";
import { FunctionError } from "../../lib/errors.ts";
import { HTTP_MODULE } from "../../engine/code/http_targets.ts";
import { formatFunctionPath } from "../../engine/calls/paths.ts";
import { isRegisteredFunction, isRouter } from "../../runtime/modules/convex_exports.ts";
import { HeapLimit } from "../../runtime/heap_limit.ts";
import { Isolate } from "../../runtime/isolate.ts";
import type { ModuleScript } from "../../runtime/modules/script.ts";
import { actionHost, type ActionHost, type ActionEnvironment } from "./action_host.ts";
import type { ActionFrame } from "../frame.ts";
import type { HttpCall } from "./http_call.ts";
import type { ActionOutcome } from "../protocol.ts";

/** How often a running action's memory is measured, in milliseconds. */
const HEAP_CHECK_MS = 100;

/** The code of one action's component, and its host functions. */
export interface ActionCode extends ActionEnvironment {
  readonly find: (path: string) => ModuleScript | undefined;
  /** Whether the isolate of an action that has left nothing running is kept for the next one. */
  readonly keepContexts: boolean;
  /** That isolate, while no action runs. */
  kept: Isolate | null;
}

/**
 * Runs one action, or one HTTP action until its response was sent, in an isolate of its own or in the one that was kept.
 * Never throws.
 * @param http an HTTP action's request and response
 */
export async function runAction(
  frame: ActionFrame,
  code: ActionCode,
  http: HttpCall,
): Promise<ActionOutcome> {
  const { kept } = code;
  code.kept = null;
  const isolate = kept ?? new Isolate();
  const host = actionHost(frame, isolate, code);
  if (kept === null) isolate.open(host, code);
  else isolate.serve(host);
  try {
    const call = () =>
      frame.task.http === null ? callAction(frame, isolate) : callHttpAction(frame, isolate, http);
    const failed = frame.failed.then((failure) => ({ ok: false, failure }) as const);
    watchHeap(frame);
    const outcome = await Promise.race([isolate.run(call), failed]);
    if (outcome.ok && !http.clientGone) await warnOfUnawaited(frame, host);
    return outcome;
  } catch (error) {
    return { ok: false, failure: isolate.failureOf(error) };
  } finally {
    frame.closed = true;
    const hasEnded = host.end() && !frame.hasFailed && !http.clientGone;
    if (code.keepContexts && hasEnded) code.kept = isolate;
  }
}

/** Fails an action that holds more memory than production allows, when it awaits something. */
function watchHeap(frame: ActionFrame): void {
  const heap = new HeapLimit();
  const timer = setInterval(() => {
    if (frame.closed) clearInterval(timer);
    else if (heap.isExceeded()) frame.fail(OUT_OF_MEMORY);
  }, HEAP_CHECK_MS);
}

async function warnOfUnawaited(frame: ActionFrame, { unawaited }: ActionHost): Promise<void> {
  // Operations that have completed may not have been counted as done yet.
  await new Promise((resolve) => setImmediate(resolve));
  const warning = unawaited.warning();
  if (warning !== null) frame.log("WARN", [warning]);
}

/** The exports of a module, which may have no side effects while it is evaluated. */
function load(
  frame: ActionFrame,
  isolate: Isolate,
  path: string,
): Readonly<Record<string, unknown>> {
  frame.importing = true;
  try {
    return isolate.load(path);
  } finally {
    frame.importing = false;
  }
}

async function callAction(frame: ActionFrame, isolate: Isolate): Promise<ActionOutcome> {
  const { target, request, args } = frame.task;
  const registered = load(frame, isolate, target.module)[target.name];
  const running = isRegisteredFunction(registered)
    ? registered.invokeAction?.(request.requestId, JSON.stringify([args]))
    : undefined;
  if (running === undefined) {
    throw new FunctionError(`${formatFunctionPath(target)} is not an action.`);
  }
  return { ok: true, value: await running };
}

async function callHttpAction(
  frame: ActionFrame,
  isolate: Isolate,
  http: HttpCall,
): Promise<ActionOutcome> {
  const wire = frame.task.http;
  if (wire === null) throw new Error("It is no HTTP action");
  const router = load(frame, isolate, HTTP_MODULE).default;
  const path = new URL(wire.url).pathname;
  const found = isRouter(router) ? router.lookup(path, wire.method) : null;
  if (found === null) throw new FunctionError(`No HttpAction routed for ${path}`);
  const response = await found[0].invokeHttpAction(http.request(wire, isolate));
  if (!(response instanceof Response)) {
    throw new FunctionError("HTTP actions must return a Response");
  }
  await http.respond(response);
  return { ok: true, value: "null" };
}
