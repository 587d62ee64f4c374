import { FunctionError } from "../errors.ts";
import { HTTP_MODULE } from "../engine/http_targets.ts";
import { formatFunctionPath } from "../engine/paths.ts";
import { isRegisteredFunction, isRouter } from "../runtime/convex_exports.ts";
import { HeapMeter, OUT_OF_MEMORY } from "../runtime/heap_meter.ts";
import { Isolate } from "../runtime/isolate.ts";
import type { ModuleScript } from "../runtime/script.ts";
import { actionHost, type ActionHost, type ActionServices } from "./action_host.ts";
import type { ActionFrame } from "./frame.ts";
import type { ActionOutcome, WireRequest, WireResponse } from "./protocol.ts";

/** Statuses that a response with a body can't have. */
const BODYLESS = new Set([101, 204, 205, 304]);

/** How often a running action's memory is measured, in milliseconds. */
const HEAP_LOOK_MS = 100;

/** The code of one action's component, and what serves it. */
export interface ActionCode extends ActionServices {
  readonly find: (path: string) => ModuleScript | undefined;
}

/** Runs one action or HTTP action to its end, in an isolate of its own. Never throws. */
export async function runAction(frame: ActionFrame, code: ActionCode): Promise<ActionOutcome> {
  const isolate = new Isolate();
  const host = actionHost(frame, isolate, code);
  isolate.open(host, code);
  try {
    const call = () => (frame.task.http === null ? callAction : callHttpAction)(frame, isolate);
    const failed = frame.failed.then((failure) => ({ ok: false, failure }) as const);
    watchHeap(frame);
    const outcome = await Promise.race([isolate.run(call), failed]);
    if (outcome.ok) await warnOfUnawaited(frame, host);
    return outcome;
  } catch (error) {
    return { ok: false, failure: isolate.failureOf(error) };
  } finally {
    frame.closed = true;
    host.end();
  }
}

/** Fails an action that keeps more than production allows, while it pauses. */
function watchHeap(frame: ActionFrame): void {
  const heap = new HeapMeter();
  const timer = setInterval(() => {
    if (frame.closed) clearInterval(timer);
    else if (heap.isExceeded()) frame.fail(OUT_OF_MEMORY);
  }, HEAP_LOOK_MS);
}

async function warnOfUnawaited(frame: ActionFrame, { unawaited }: ActionHost): Promise<void> {
  // What is done by now has only not been told yet.
  await new Promise((resolve) => setImmediate(resolve));
  const warning = unawaited.warning();
  if (warning !== null) frame.log("WARN", [warning]);
}

/** The exports of a module, which may do nothing but export while it is evaluated. */
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

async function callHttpAction(frame: ActionFrame, isolate: Isolate): Promise<ActionOutcome> {
  const wire = frame.task.http;
  if (wire === null) throw new Error("It is no HTTP action");
  const router = load(frame, isolate, HTTP_MODULE).default;
  const path = new URL(wire.url).pathname;
  const found = isRouter(router) ? router.lookup(path, wire.method) : null;
  if (found === null) throw new FunctionError(`No HttpAction routed for ${path}`);
  const response = await found[0].invokeHttpAction(requestOf(wire, isolate));
  if (!(response instanceof Response)) {
    throw new FunctionError("HTTP actions must return a Response");
  }
  return { ok: true, response: await toWire(response) };
}

function requestOf(wire: WireRequest, isolate: Isolate): Request {
  return isolate.newRequest(wire.url, {
    method: wire.method,
    headers: wire.headers.map(([name, value]): [string, string] => [name, value]),
    ...(wire.body === null ? {} : { body: wire.body }),
  });
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
