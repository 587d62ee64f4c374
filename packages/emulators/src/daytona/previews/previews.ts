import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { SignedPortPreviewUrl } from "@daytona/api-client";
import type { Context } from "hono";
import { requestSourceOf, isBrowser, isForeignPage } from "../../shared/origins.ts";
import type { Journal } from "../../shared/journal.ts";
import { DaytonaError } from "../errors.ts";
import type { SandboxStore } from "../sandboxes/sandbox-store.ts";
import type { SandboxRuntime } from "../runtime/sandbox-runtime.ts";
import type { PreviewAddress } from "./address.ts";
import { previewAddress, previewUrl } from "./address.ts";
import { forward, tunnel } from "./proxy.ts";
import type { PreviewRow, SandboxRow } from "../sandboxes/rows.ts";
import { previewSchema } from "../sandboxes/rows.ts";

/** Previews: what listens on a sandbox's ports, for those who have a signed URL. */
export interface Previews {
  /** Signs a URL at which anyone can see the port until it expires. */
  sign(sandbox: SandboxRow, port: number, expiresInSeconds: number): SignedPortPreviewUrl;
  /** Answers a request for a preview; undefined for any other request. */
  serve(context: Context): Promise<Response | undefined>;
  /** Connects a WebSocket to a preview. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Opens the previews, which the journal holds.
 *
 * @param options.url the emulator's.
 * @param options.reservedPorts ports that no preview shows, in addition to the emulator's.
 */
export function openPreviews(options: {
  url: string;
  journal: Journal;
  sandboxes: SandboxStore;
  runtime: SandboxRuntime;
  reservedPorts: readonly number[];
  now: () => number;
}): Previews {
  const { url, journal, sandboxes, runtime, now } = options;
  const { port: ownPort } = new URL(url);
  const reserved = new Set([...options.reservedPorts, Number(ownPort)]);
  const signed = journal.table("previews", previewSchema);

  const sandboxOf = ({ key, port }: PreviewAddress): SandboxRow | undefined => {
    const row = signed.get(key);
    if (row)
      return row.port === port && row.expiresAt > now() ? sandboxes.find(row.sandboxId) : undefined;
    const sandbox = sandboxes.find(key);
    return sandbox?.public ? sandbox : undefined;
  };

  /** The sandbox of an address. @throws DaytonaError 401, or 400 if it can't be previewed */
  const previewedSandbox = (address: PreviewAddress): SandboxRow => {
    const { port } = address;
    const sandbox = sandboxOf(address);
    if (!sandbox) throw proxyError(401, "no such preview, or it has expired");
    if (sandbox.state !== "started") throw proxyError(400, "Sandbox is not started");
    if (port < 1 || port > 65_535 || reserved.has(port)) {
      throw proxyError(400, `port ${port} can't be previewed`);
    }
    sandboxes.recordActivity(sandbox);
    return sandbox;
  };

  const serve = async (context: Context, address: PreviewAddress): Promise<Response> => {
    const { origin, rest, onOwnHost } = address;
    const header = (name: string) => context.req.header(name);
    const caller = requestSourceOf(context.req.method, header);
    const isNavigation = caller.mode === "navigate" && caller.origin === undefined;
    if (isForeignPage(caller, [origin]) && !isNavigation) {
      throw proxyError(403, "this preview is for its own pages");
    }
    const sandbox = previewedSandbox(address);
    // A page needs an origin of its own. Programs don't, and some can't resolve its host name.
    if (!onOwnHost && isNavigation) return context.redirect(origin + rest, 307);
    if (!onOwnHost && isBrowser(caller)) {
      throw proxyError(403, `pages find this preview at ${origin}`);
    }
    const port = await runtime.localPort(sandbox, address.port);
    return await forward(context.req.raw, { port, rest, onOwnHost }).catch(() => {
      throw proxyError(502, `nothing answers on port ${address.port} of the sandbox`);
    });
  };

  return {
    sign: (sandbox, port, expiresInSeconds) => {
      const token = randomBytes(16).toString("hex");
      const expiresAt = now() + expiresInSeconds * 1000;
      const row: PreviewRow = { token, sandboxId: sandbox.id, port, expiresAt };
      const expired = signed.values().filter((other) => other.expiresAt <= now());
      journal.commit(signed.put(token, row), ...expired.map((other) => signed.remove(other.token)));
      return { sandboxId: sandbox.id, port, token, url: previewUrl(url, port, token) };
    },
    serve: async (context) => {
      const { host, pathname, search } = new URL(context.req.url);
      const address = previewAddress(host, pathname + search, ownPort);
      return address && (await serve(context, address));
    },
    upgrade: (request, socket, head) => {
      socket.on("error", () => socket.destroy()); // a client may disconnect at any time
      try {
        const header = (name: string) => request.headers[name]?.toString();
        const host = header("host")?.toLowerCase() ?? "";
        const address = previewAddress(host, request.url ?? "", ownPort);
        if (!address) throw proxyError(501, "there are no WebSockets but those of previews");
        if (isForeignPage(requestSourceOf("GET", header), [address.origin])) {
          throw proxyError(403, "this preview is for its own pages");
        }
        const sandbox = previewedSandbox(address);
        const connecting = runtime.localPort(sandbox, address.port).then((port) => {
          tunnel(request, socket, head, { ...address, port });
        });
        connecting.catch(() => socket.destroy());
      } catch (error) {
        refuseUpgrade(socket, error);
      }
    },
  };
}

function proxyError(status: DaytonaError["status"], message: string): DaytonaError {
  return new DaytonaError(status, message, { source: "DAYTONA_PROXY" });
}

/** Answers an upgrade request with an error. */
function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, message } =
    error instanceof DaytonaError ? error : { status: 500, message: "Internal Server Error" };
  socket.end(`HTTP/1.1 ${status} ${message}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
