import { timingSafeEqual, createHash } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono";
import type { FaultInjector, FaultKind, Interruption } from "./faults.ts";
import { faultSchema } from "./faults.ts";
import { frontPageText, type FrontPage } from "./front-page.ts";

/** The type of every emulator's Hono context. */
export interface EmulatorEnv {
  Bindings: HttpBindings;
  /** The fault of this call, for handlers that inject it themselves. */
  Variables: { fault?: FaultKind | Interruption };
}

const MAX_BODY_BYTES = 64 * 1024 * 1024; // what goes to a preview passes through here, too

/**
 * Answers bodies over `MAX_BODY_BYTES` with 413. Hono's own `bodyLimit` creates a new `Request` for a body without a
 * length, which fails with the requests of `@hono/node-server`.
 */
export const limitBody: MiddlewareHandler<EmulatorEnv> = async (context, next) => {
  const length = context.req.header("content-length");
  const body = length === undefined ? await readBounded(context.req.raw.body) : undefined;
  if (body === null || Number(length ?? 0) > MAX_BODY_BYTES) {
    return context.json({ error: "the body is too large" }, 413);
  }
  // Hono's own methods for reading a body use this cache, and await what is in it.
  if (body) Object.assign(context.req.bodyCache, { arrayBuffer: Promise.resolve(body.buffer) });
  await next();
  return undefined;
};

/** The complete body; undefined if there is none, null if it is too large. */
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

/** The request's JSON, or undefined if it isn't valid JSON. */
export async function readJson(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch {
    return undefined;
  }
}

/** Records each call, and injects its fault, if it has one. */
export function withFaults(faults: FaultInjector): MiddlewareHandler<EmulatorEnv> {
  return async (context, next) => {
    const fault = faults.onCall(context.req.method, context.req.path);
    if (fault === undefined) {
      await next();
      return undefined;
    }
    context.set("fault", fault);
    if (fault === "drop") return closeConnection(context);
    if (typeof fault === "object" && "status" in fault) return answerOf(fault);
    if (typeof fault === "object" && "delayMs" in fault && fault.when !== "after") {
      await faults.wait(fault.delayMs);
    }
    if (typeof fault === "object" && "interrupt" in fault && fault.when === "before") {
      await fault.interrupt();
      return closeConnection(context);
    }
    await next();
    if (typeof fault === "object" && "interrupt" in fault) {
      await fault.interrupt();
      context.res = closeConnection(context);
    }
    if (fault === "after") context.res = closeConnection(context);
    if (fault === "malformed") context.res = malformedAnswer(context.res.status);
    if (typeof fault === "object" && "after" in fault) context.res = answerOf(fault.after);
    if (typeof fault === "object" && "delayMs" in fault && fault.when === "after") {
      await faults.wait(fault.delayMs);
    }
    return undefined;
  };
}

/**
 * The control endpoints: `POST /_faults` adds a fault, `DELETE /_faults` removes all,
 * `GET /_calls` lists the calls so far, `GET /` says what this is. They need no key: `origins.ts` decides who may call
 * them.
 */
export function controlRoutes(faults: FaultInjector, frontPage: FrontPage): Hono<EmulatorEnv> {
  const app = new Hono<EmulatorEnv>();
  app.get("/", (context) => context.text(frontPageText(frontPage)));
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

function closeConnection(context: Context<EmulatorEnv>): Response {
  context.env.incoming.socket.destroy();
  return new Response(null, { status: 500 }); // is not sent: the connection is closed
}

function answerOf(fault: {
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

function malformedAnswer(status: number): Response {
  return new Response('<html><body>{"id":', {
    status: status === 204 ? 200 : status,
    headers: { "content-type": "text/html" },
  });
}
