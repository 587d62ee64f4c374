import { MAX_BODY_BYTES, MAX_PUSH_BYTES } from "../limits/requests.ts";
import type { Server, ServerWebSocket } from "bun";
import { createServer } from "node:net";
import { Hono } from "hono";
import { DEPLOYMENT_METADATA } from "../engine/protocol.ts";
import { DeploymentError, HttpError, messageOf } from "../lib/errors.ts";
import { SyncSession } from "../sync/session.ts";
import type { Subscriptions } from "../sync/subscriptions.ts";
import { adminRoutes, type AdminServices } from "./admin_routes.ts";
import type { ClientCalls, ClientInfo } from "../application/client_calls.ts";
import { functionRoutes } from "./function_routes.ts";
import { fetchListener } from "./fetch_listener.ts";
import { errorResponse, preflight, readBody, withCors, refuseBadHost } from "./http_io.ts";
import { openHttpServer, type Listener } from "./http_server.ts";
import { unsupportedRoutes } from "./unsupported_routes.ts";
import type { Site } from "./site.ts";

const HOST = "127.0.0.1";
/** How long an idle connection is kept. */
const IDLE_SECONDS = 120;

/** The services of both origins. */
export interface Services extends AdminServices {
  readonly calls: ClientCalls;
  readonly site: Site;
  readonly subscriptions: Subscriptions;
}

interface SocketData {
  readonly info: ClientInfo;
  session: SyncSession | null;
}

/** How much the socket may buffer, in bytes: a session exceeds its own limit by one long message at most. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

const SYNC_PATH = /^\/api\/(?:[0-9A-Za-z.-]+\/)?sync$/;

/** The port itself, or a free one for 0. @throws DeploymentError `PORT_IN_USE` */
export function reservePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      reject(
        new DeploymentError(
          taken ? "PORT_IN_USE" : "INVALID_OPTION",
          taken
            ? `Port ${String(port)} is in use. Choose another, or 0 for any free one.`
            : error.message,
          { cause: error },
        ),
      );
    });
    probe.listen({ port, host: HOST, exclusive: true }, () => {
      const address = probe.address();
      const found = typeof address === "object" && address !== null ? address.port : port;
      probe.close(() => {
        resolve(found);
      });
    });
  });
}

/** Opens both origins. @throws DeploymentError `PORT_IN_USE` */
export async function openOrigins(
  urls: { cloud: string; site: string },
  services: Services,
): Promise<Listener> {
  const cloud = serveCloud(urls, services);
  try {
    const site = await serveSite(Number(new URL(urls.site).port), services);
    return {
      close: async () => {
        await Promise.all([cloud.stop(true), site.close()]);
      },
    };
  } catch (error) {
    await cloud.stop(true);
    throw error;
  }
}

/** What a person reads who opens the address. */
function frontPage({ cloud, site }: { cloud: string; site: string }): string {
  return [
    "A local deployment of Convex: one process, and one SQLite file.",
    "",
    `Clients        ${cloud}`,
    `HTTP actions   ${site}`,
    "Tables, logs   npx convex data, npx convex logs; CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY lead it here",
    "",
  ].join("\n");
}

function serveCloud(urls: { cloud: string; site: string }, services: Services): Server<SocketData> {
  const port = Number(new URL(urls.cloud).port);
  const infos = new WeakMap<Request, ClientInfo>();
  const latestTs = async () => (await services.engine.call("clock")).ts;
  const app = new Hono();
  app.get("/version", (c) => c.text("local"));
  // `npx convex network-test` calls these.
  app.get("/instance_name", (c) => c.text(DEPLOYMENT_METADATA.name));
  app.post("/echo", async (c) => c.body(await readBody(c.req.raw, MAX_PUSH_BYTES)));
  app.get("/", (c) => c.text(frontPage(urls)));
  app.route(
    "/",
    functionRoutes(services.authenticator, services.calls, latestTs, (r) => infos.get(r) ?? NOBODY),
  );
  app.route("/", adminRoutes(services));
  app.route("/", unsupportedRoutes());
  app.all("/http/*", (c) => {
    const url = new URL(c.req.url);
    url.pathname = url.pathname.slice("/http".length);
    return services.site.respond(new Request(url, c.req.raw), infos.get(c.req.raw) ?? NOBODY);
  });
  // Not 404, which the CLI retries.
  app.notFound((c) =>
    errorResponse(
      400,
      "UnknownEndpoint",
      `${c.req.method} ${c.req.path} is not in the local deployment.`,
    ),
  );
  app.onError((error) => answerError(error));
  const sync = {
    authenticator: services.authenticator,
    calls: services.calls,
    subscriptions: services.subscriptions,
    latestTs,
  };

  return serve<SocketData>({
    hostname: HOST,
    port,
    maxRequestBodySize: MAX_PUSH_BYTES,
    idleTimeout: IDLE_SECONDS,
    fetch: async (request, server) => {
      const refused = refuseBadHost(request.headers.get("host"), request.url);
      if (refused !== null) return refused;
      const info = infoOf(request, server);
      // An HTTP action may send nothing for any time.
      if (new URL(request.url).pathname.startsWith("/http/")) server.timeout(request, 0);
      if (SYNC_PATH.test(new URL(request.url).pathname)) {
        if (server.upgrade(request, { data: { info, session: null } })) return undefined;
        return errorResponse(400, "ExpectedWebSocket", "This endpoint speaks WebSocket.");
      }
      if (request.method === "OPTIONS") return withCors(request, preflight(request));
      infos.set(request, info);
      return withCors(request, await app.fetch(request));
    },
    websocket: {
      maxPayloadLength: MAX_BODY_BYTES,
      // Beyond its limit Bun drops what is sent, which no client would get over: it connects anew instead.
      backpressureLimit: MAX_UNSENT_BYTES,
      closeOnBackpressureLimit: true,
      idleTimeout: 120,
      open: (socket: ServerWebSocket<SocketData>) => {
        const connection = {
          send: (text: string) => void socket.send(text),
          unsent: () => socket.getBufferedAmount(),
          terminate: () => {
            socket.terminate();
          },
          close: (code: number, reason: string) => {
            socket.close(code, reason);
          },
        };
        socket.data.session = new SyncSession(connection, sync, socket.data.info);
      },
      message: (socket, message) => {
        socket.data.session?.receive(message);
      },
      drain: (socket) => {
        socket.data.session?.drained();
      },
      close: (socket) => {
        socket.data.session?.closed();
      },
    },
    error: answerError,
  });
}

function serveSite(port: number, { site }: Services): Promise<Listener> {
  const listener = fetchListener(async (request, ip) => {
    try {
      return await site.respond(request, { ip, userAgent: request.headers.get("user-agent") });
    } catch (error) {
      return answerError(error);
    }
  });
  return openHttpServer({ hostname: HOST, port, idleSeconds: IDLE_SECONDS }, listener);
}

const NOBODY: ClientInfo = { ip: null, userAgent: null };

function infoOf(request: Request, server: Server<SocketData>): ClientInfo {
  return {
    ip: server.requestIP(request)?.address ?? null,
    userAgent: request.headers.get("user-agent"),
  };
}

function answerError(error: unknown): Response {
  if (error instanceof HttpError) return errorResponse(error.status, error.code, error.message);
  return errorResponse(500, "InternalServerError", messageOf(error));
}

/** @throws DeploymentError `PORT_IN_USE` when the port was taken since it was reserved */
function serve<T>(options: Bun.Serve.Options<T>): Server<T> {
  try {
    return Bun.serve(options);
  } catch (error) {
    throw new DeploymentError("PORT_IN_USE", messageOf(error), { cause: error });
  }
}
