import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { PortPreviewUrl, SignedPortPreviewUrl } from "@daytona/api-client";
import type { Context } from "hono";
import type { Journal } from "../shared/journal.ts";
import { answerError, DaytonaRefusal } from "./errors.ts";
import type { Fleet } from "./fleet.ts";
import type { Machines } from "./machines.ts";
import type { PreviewRow, SandboxRow } from "./rows.ts";
import { previewSchema } from "./rows.ts";

/** What runs on a sandbox's ports, shown to those who may see it. */
export interface Previews {
  /** The preview of a port that the sandbox's own token opens. */
  standing(sandbox: SandboxRow, port: number): PortPreviewUrl;
  /** A preview of a port that anyone with the URL may see until it expires. */
  sign(sandbox: SandboxRow, port: number, expiresInSeconds: number): SignedPortPreviewUrl;
  expire(sandbox: SandboxRow, token: string): void;
  /** Answers a request for a preview; undefined for any other request. */
  serve(context: Context): Promise<Response | undefined>;
  /** Connects a WebSocket to a preview. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The key of a preview, in a host name or a path: the port and a token or sandbox id. */
const KEY = "(\\d{1,5})-([0-9a-f-]{32,36})";
const HOST_FORM = new RegExp(`^${KEY}\\.localhost(?::\\d+)?$`);
const PATH_FORM = new RegExp(`^/preview/(${KEY})(/.*)?$`);

/** Headers that are about one connection (RFC 9110, 7.6.1), and those `fetch` has dealt with. */
const CONNECTION_HEADERS = ["connection", "keep-alive", "transfer-encoding", "upgrade", "host"];
const DECODED_HEADERS = ["content-encoding", "content-length", "transfer-encoding", "connection"];

interface Target {
  sandbox: SandboxRow;
  port: number;
  /** Path and query, as the sandbox's process is to see them. */
  rest: string;
}

/** Opens the previews kept in the journal. `url` is the stand-in's own. */
export function openPreviews(options: {
  url: string;
  journal: Journal;
  fleet: Fleet;
  machines: Machines;
  now: () => number;
}): Previews {
  const { url, journal, fleet, machines, now } = options;
  const own = new URL(url);
  const signed = journal.table("previews", previewSchema);

  const sandboxOf = (token: string, port: number, given: string): SandboxRow | undefined => {
    const row = signed.get(token);
    if (row)
      return row.port === port && row.expiresAt > now() ? fleet.find(row.sandboxId) : undefined;
    const sandbox = fleet.find(token);
    return sandbox && (sandbox.public || sandbox.previewToken === given) ? sandbox : undefined;
  };

  /** The target a preview's request names, a refusal, or undefined if it names no preview. */
  const targetOf = (
    host: string,
    path: string,
    header: string,
  ): Target | DaytonaRefusal | undefined => {
    const parts = HOST_FORM.exec(host) ?? PATH_FORM.exec(path)?.slice(1);
    if (!parts) return undefined;
    const [, digits, token = "", rest = path] = parts;
    const port = Number(digits);
    const query = new URL(path, url).searchParams.get("DAYTONA_SANDBOX_AUTH_KEY");
    const sandbox = sandboxOf(token, port, header || (query ?? ""));
    const source = "DAYTONA_PROXY";
    if (!sandbox) return new DaytonaRefusal(401, "no such preview, or it has expired", { source });
    if (sandbox.state !== "started") {
      return new DaytonaRefusal(400, "Sandbox is not started", { source });
    }
    if (port < 1 || port > 65_535 || port === Number(own.port)) {
      return new DaytonaRefusal(400, `port ${port} can't be previewed`, { source });
    }
    fleet.touch(sandbox);
    return { sandbox, port, rest };
  };

  return {
    standing: (sandbox, port) => ({
      sandboxId: sandbox.id,
      url: `${url}/preview/${port}-${sandbox.id}/`,
      token: sandbox.previewToken,
    }),
    sign: (sandbox, port, expiresInSeconds) => {
      const token = randomBytes(16).toString("hex");
      const expiresAt = now() + expiresInSeconds * 1000;
      const row: PreviewRow = { token, sandboxId: sandbox.id, port, expiresAt };
      const expired = signed.values().filter((other) => other.expiresAt <= now());
      journal.commit(signed.put(token, row), ...expired.map((other) => signed.remove(other.token)));
      return { sandboxId: sandbox.id, port, token, url: `${url}/preview/${port}-${token}/` };
    },
    expire: (sandbox, token) => {
      if (signed.get(token)?.sandboxId === sandbox.id) journal.commit(signed.remove(token));
    },
    serve: async (context) => {
      const { host, pathname, search } = new URL(context.req.url);
      const target = targetOf(host, pathname + search, tokenHeader(context.req.raw.headers));
      if (!target) return undefined;
      if (target instanceof DaytonaRefusal) return answerError(target, context);
      const ownOrigin = ownOriginOf(own, pathname, target.rest);
      // A page needs an origin of its own for absolute paths and storage; programs get on without.
      if (ownOrigin && context.req.header("sec-fetch-mode") === "navigate") {
        return context.redirect(ownOrigin, 307);
      }
      const localPort = await machines.localPort(target.sandbox, target.port);
      return await forward(context.req.raw, localPort, target.rest).catch((): Response => {
        const message = `nothing answers on port ${target.port} of the sandbox`;
        return answerError(new DaytonaRefusal(502, message, { source: "DAYTONA_PROXY" }), context);
      });
    },
    upgrade: (request, socket, head) => {
      const header = request.headers["x-daytona-preview-token"];
      const { host = "" } = request.headers;
      const target = targetOf(host, request.url ?? "/", typeof header === "string" ? header : "");
      if (!target || target instanceof DaytonaRefusal) {
        socket.end("HTTP/1.1 501 Not Implemented\r\nconnection: close\r\n\r\n");
        return;
      }
      const connecting = machines.localPort(target.sandbox, target.port).then((port) => {
        tunnel(request, socket, head, { ...target, port });
      });
      connecting.catch(() => socket.destroy());
    },
  };
}

function tokenHeader(headers: Headers): string {
  return headers.get("x-daytona-preview-token") ?? "";
}

/** The host form of a URL in path form. `*.localhost` is this machine to every browser. */
function ownOriginOf(own: URL, pathname: string, rest: string): string | undefined {
  const key = PATH_FORM.exec(pathname)?.[1];
  return key === undefined ? undefined : `http://${key}.localhost:${own.port}${rest}`;
}

async function forward(request: Request, port: number, rest: string): Promise<Response> {
  const headers = new Headers(request.headers);
  for (const name of CONNECTION_HEADERS) headers.delete(name);
  const response = await fetch(
    `http://localhost:${port}${rest.startsWith("/") ? rest : `/${rest}`}`,
    {
      method: request.method,
      headers,
      redirect: "manual",
      ...(request.body ? { body: request.body, duplex: "half" } : {}),
    },
  );
  const answered = new Headers(response.headers);
  for (const name of DECODED_HEADERS) answered.delete(name);
  return new Response(response.body, { status: response.status, headers: answered });
}

/** Passes the bytes of an upgraded connection in both directions. */
function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, target: Target): void {
  const upstream = connect(target.port, "localhost", () => {
    const headers = request.rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [`${name}: ${request.rawHeaders[index + 1] ?? ""}`] : [],
    );
    upstream.write([`GET ${target.rest} HTTP/1.1`, ...headers, "", ""].join("\r\n"));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", () => socket.destroy());
  socket.on("error", () => upstream.destroy());
  socket.on("close", () => upstream.destroy());
}
