import { timingSafeEqual, createHash } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono";
import type { FaultDesk, FaultKind, Interruption } from "./faults.ts";
import { faultSchema } from "./faults.ts";

/** What every emulator's handlers find in their context. */
export interface EmulatorEnv {
  Bindings: HttpBindings;
  /** The fault that befell this call, for handlers that act on it themselves. */
  Variables: { fault?: FaultKind | Interruption };
}

/** Body sizes above this are answered with 413. */
const MAX_BODY_BYTES = 64 * 1024 * 1024; // uploads to a sandbox go through here too

/**
 * Refuses bodies over `MAX_BODY_BYTES`. Hono's own `bodyLimit` makes a new `Request` of one that
 * comes without a length, which Node's can't be made of by `@hono/node-server`.
 */
export const limitedBody: MiddlewareHandler<EmulatorEnv> = async (context, next) => {
  const length = context.req.header("content-length");
  const body = length === undefined ? await readBounded(context.req.raw.body) : undefined;
  if (body === null || Number(length ?? 0) > MAX_BODY_BYTES) {
    return context.json({ error: "the body is too large" }, 413);
  }
  // Where Hono's own readers look first, and then await what they find.
  if (body) Object.assign(context.req.bodyCache, { arrayBuffer: Promise.resolve(body.buffer) });
  await next();
  return undefined;
};

/** The whole of a body; undefined if there is none, null if it is too large. */
async function readBounded(
  body: ReadableStream<Uint8Array> | null,
): Promise<Uint8Array<ArrayBuffer> | undefined | null> {
  if (!body) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Whether the request carries `Authorization: Bearer <secret>`, compared in constant time. */
export function hasBearer(context: Context, secret: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const given = context.req.header("authorization") ?? "";
  return timingSafeEqual(digest(given), digest(`Bearer ${secret}`));
}

/** The request's JSON, or undefined when it has none that can be read. */
export async function readJson(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch {
    return undefined;
  }
}

/** Records each call and lets the faults asked for befall it. */
export function withFaults(faults: FaultDesk): MiddlewareHandler<EmulatorEnv> {
  return async (context, next) => {
    const fault = faults.meet(context.req.method, context.req.path);
    if (fault === undefined) {
      await next();
      return undefined;
    }
    context.set("fault", fault);
    if (fault === "drop") return drop(context);
    if (typeof fault === "object" && "status" in fault) return answer(fault);
    if (typeof fault === "object" && "delayMs" in fault && fault.when !== "after") {
      await faults.wait(fault.delayMs);
    }
    if (typeof fault === "object" && "interrupt" in fault && fault.when === "before") {
      await fault.interrupt();
      return drop(context);
    }
    await next();
    if (typeof fault === "object" && "interrupt" in fault) {
      await fault.interrupt();
      context.res = drop(context);
    }
    if (fault === "after") context.res = drop(context);
    if (fault === "malformed") context.res = malformed(context.res.status);
    if (typeof fault === "object" && "after" in fault) context.res = answer(fault.after);
    if (typeof fault === "object" && "delayMs" in fault && fault.when === "after") {
      await faults.wait(fault.delayMs);
    }
    return undefined;
  };
}

/**
 * The control endpoints: `POST /_faults` adds a fault, `DELETE /_faults` removes all,
 * `GET /_calls` lists the calls so far. Development endpoints, without a key: see `callers.ts`.
 */
export function controls(faults: FaultDesk): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.post("/_faults", async (context) => {
    const parsed = faultSchema.safeParse(await readJson(context));
    if (!parsed.success) return context.json({ error: parsed.error.message }, 400);
    const { pattern, ...rule } = parsed.data;
    faults.add(pattern === undefined ? rule : { ...rule, path: new RegExp(pattern) });
    return context.json({ added: true });
  });
  app.delete("/_faults", (context) => {
    faults.clear();
    return context.json({ cleared: true });
  });
  app.get("/_calls", (context) => context.json(faults.calls()));
  return app;
}

function drop(context: Context<EmulatorEnv>): Response {
  context.env.incoming.socket.destroy();
  return new Response(null, { status: 500 }); // goes nowhere: the connection is gone
}

function answer(fault: {
  status: number;
  body?: unknown;
  headers?: Record<string, string> | undefined;
}): Response {
  const body = typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body ?? {});
  const init = {
    status: fault.status,
    headers: { "content-type": "application/json", ...fault.headers },
  };
  return new Response(fault.status === 204 ? null : body, init);
}

function malformed(status: number): Response {
  return new Response('<html><body>{"id":', {
    status: status === 204 ? 200 : status,
    headers: { "content-type": "text/html" },
  });
}
