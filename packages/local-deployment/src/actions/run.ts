import { FunctionError } from "../errors.ts";
import { HTTP_MODULE } from "../engine/http_targets.ts";
import { formatFunctionPath } from "../engine/paths.ts";
import { isRegisteredFunction, isRouter } from "../runtime/convex_exports.ts";
import type { ModuleLoader } from "../runtime/loader.ts";
import { failureOf } from "../runtime/failure.ts";
import { currentAction, type ActionFrame } from "./frame.ts";
import type { HttpCall } from "./http_call.ts";
import type { ActionOutcome, ActionTask, WireRequest } from "./protocol.ts";

/**
 * Runs one action, or one HTTP action until its response has gone. Never throws.
 * @param call an HTTP action's request and response
 */
export async function runAction(
  frame: ActionFrame,
  loader: ModuleLoader,
  call: HttpCall,
): Promise<ActionOutcome> {
  try {
    return await currentAction.run(frame, () =>
      frame.task.http === null
        ? callAction(frame.task, loader)
        : callHttpAction(frame.task.http, call, loader),
    );
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  } finally {
    frame.closed = true;
  }
}

async function callAction(task: ActionTask, loader: ModuleLoader): Promise<ActionOutcome> {
  const { target, request, args } = task;
  const registered = loader.load(target.module)[target.name];
  const running = isRegisteredFunction(registered)
    ? registered.invokeAction?.(request.requestId, JSON.stringify([args]))
    : undefined;
  if (running === undefined) {
    throw new FunctionError(`${formatFunctionPath(target)} is not an action.`);
  }
  return { ok: true, value: await running };
}

async function callHttpAction(
  wire: WireRequest,
  call: HttpCall,
  loader: ModuleLoader,
): Promise<ActionOutcome> {
  const router = loader.load(HTTP_MODULE).default;
  const path = new URL(wire.url).pathname;
  const found = isRouter(router) ? router.lookup(path, wire.method) : null;
  if (found === null) throw new FunctionError(`No HttpAction routed for ${path}`);
  const response = await found[0].invokeHttpAction(call.request(wire));
  if (!(response instanceof Response)) {
    throw new FunctionError("HTTP actions must return a Response.");
  }
  await call.respond(response);
  return { ok: true, value: "null" };
}
