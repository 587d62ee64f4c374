import { FunctionError } from "../errors.ts";
import { HTTP_MODULE } from "../engine/http_targets.ts";
import { formatFunctionPath } from "../engine/paths.ts";
import { isRegisteredFunction, isRouter } from "../runtime/convex_exports.ts";
import type { ModuleLoader } from "../runtime/loader.ts";
import { failureOf } from "../runtime/failure.ts";
import { currentAction, type ActionFrame } from "./frame.ts";
import type { ActionOutcome, ActionTask, WireRequest, WireResponse } from "./protocol.ts";

/** Statuses that a response with a body can't have. */
const BODYLESS = new Set([101, 204, 205, 304]);

/** Runs one action or HTTP action to its end. Never throws. */
export async function runAction(frame: ActionFrame, loader: ModuleLoader): Promise<ActionOutcome> {
  try {
    return await currentAction.run(frame, () =>
      frame.task.http === null
        ? callAction(frame.task, loader)
        : callHttpAction(frame.task.http, loader),
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

async function callHttpAction(wire: WireRequest, loader: ModuleLoader): Promise<ActionOutcome> {
  const router = loader.load(HTTP_MODULE).default;
  const path = new URL(wire.url).pathname;
  const found = isRouter(router) ? router.lookup(path, wire.method) : null;
  if (found === null) throw new FunctionError(`No HttpAction routed for ${path}`);
  const request = new Request(wire.url, {
    method: wire.method,
    headers: wire.headers.map(([name, value]): [string, string] => [name, value]),
    ...(wire.body === null ? {} : { body: wire.body }),
  });
  const response = await found[0].invokeHttpAction(request);
  if (!(response instanceof Response)) {
    throw new FunctionError("HTTP actions must return a Response.");
  }
  return { ok: true, response: await toWire(response) };
}

async function toWire(response: Response): Promise<WireResponse> {
  const content = BODYLESS.has(response.status) ? null : await response.blob();
  const body = content === null ? null : new Uint8Array(await content.arrayBuffer());
  const cookies = response.headers
    .getSetCookie()
    .map((value): [string, string] => ["set-cookie", value]);
  const others = [...response.headers].filter(([name]) => name !== "set-cookie");
  // Bun gives a text body its type only when it is read.
  const type: [string, string][] =
    response.headers.has("content-type") || !content?.type ? [] : [["content-type", content.type]];
  return { status: response.status, headers: [...type, ...others, ...cookies], body };
}
