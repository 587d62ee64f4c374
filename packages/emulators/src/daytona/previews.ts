import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { SignedPortPreviewUrl } from "@daytona/api-client";
import type { Context } from "hono";
import { callerOf, isBrowser, isForeign } from "../shared/callers.ts";
import type { Journal } from "../shared/journal.ts";
import { DaytonaRefusal } from "./errors.ts";
import type { Fleet } from "./fleet.ts";
import type { Machines } from "./machines.ts";
import type { PreviewAddress } from "./preview-address.ts";
import { previewAddress, previewUrl } from "./preview-address.ts";
import { forward, tunnel } from "./preview-proxy.ts";
import type { PreviewRow, SandboxRow } from "./rows.ts";
import { previewSchema } from "./rows.ts";

/** What runs on a sandbox's ports, shown to those who may see it. */
export interface Previews {
  /** A preview of a port that anyone with the URL may see until it expires. */
  sign(sandbox: SandboxRow, port: number, expiresInSeconds: number): SignedPortPreviewUrl;
  /** Answers a request for a preview; undefined for any other request. */
  serve(context: Context): Promise<Response | undefined>;
  /** Connects a WebSocket to a preview. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Opens the previews kept in the journal.
 *
 * @param options.url the emulator's own.
 * @param options.reservedPorts ports of this machine that no preview shows, beside the emulator's own.
 */
export function openPreviews(options: {
  url: string;
  journal: Journal;
  fleet: Fleet;
  machines: Machines;
  reservedPorts: readonly number[];
  now: () => number;
}): Previews {
  const { url, journal, fleet, machines, now } = options;
  const { port: ownPort } = new URL(url);
  const reserved = new Set([...options.reservedPorts, Number(ownPort)]);
  const signed = journal.table("previews", previewSchema);

  const sandboxOf = ({ key, port }: PreviewAddress): SandboxRow | undefined => {
    const row = signed.get(key);
    if (row)
      return row.port === port && row.expiresAt > now() ? fleet.find(row.sandboxId) : undefined;
    const sandbox = fleet.find(key);
    return sandbox?.public ? sandbox : undefined;
  };

  /** The sandbox that an address shows. @throws DaytonaRefusal 401, or 400 when it can't be shown */
  const shown = (address: PreviewAddress): SandboxRow => {
    const { port } = address;
    const sandbox = sandboxOf(address);
    if (!sandbox) throw proxyRefusal(401, "no such preview, or it has expired");
    if (sandbox.state !== "started") throw proxyRefusal(400, "Sandbox is not started");
    if (port < 1 || port > 65_535 || reserved.has(port)) {
      throw proxyRefusal(400, `port ${port} can't be previewed`);
    }
    fleet.touch(sandbox);
    return sandbox;
  };

  const serve = async (context: Context, address: PreviewAddress): Promise<Response> => {
    const { origin, rest, onOwnHost } = address;
    const header = (name: string) => context.req.header(name);
    const caller = callerOf(context.req.method, header);
    const isNavigation = caller.mode === "navigate" && caller.origin === undefined;
    if (isForeign(caller, [origin]) && !isNavigation) {
      throw proxyRefusal(403, "this preview is for its own pages");
    }
    const sandbox = shown(address);
    // A page needs an origin of its own; programs, which can't all resolve its name, get on without.
    if (!onOwnHost && isNavigation) return context.redirect(origin + rest, 307);
    if (!onOwnHost && isBrowser(caller)) {
      throw proxyRefusal(403, `pages find this preview at ${origin}`);
    }
    const port = await machines.localPort(sandbox, address.port);
    return await forward(context.req.raw, { port, rest, onOwnHost }).catch(() => {
      throw proxyRefusal(502, `nothing answers on port ${address.port} of the sandbox`);
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
      socket.on("error", () => socket.destroy()); // a client may be gone at any moment
      try {
        const header = (name: string) => request.headers[name]?.toString();
        const host = header("host")?.toLowerCase() ?? "";
        const address = previewAddress(host, request.url ?? "", ownPort);
        if (!address) throw proxyRefusal(501, "there are no WebSockets but those of previews");
        if (isForeign(callerOf("GET", header), [address.origin])) {
          throw proxyRefusal(403, "this preview is for its own pages");
        }
        const sandbox = shown(address);
        const connecting = machines.localPort(sandbox, address.port).then((port) => {
          tunnel(request, socket, head, { ...address, port });
        });
        connecting.catch(() => socket.destroy());
      } catch (error) {
        refuseUpgrade(socket, error);
      }
    },
  };
}

function proxyRefusal(status: DaytonaRefusal["status"], message: string): DaytonaRefusal {
  return new DaytonaRefusal(status, message, { source: "DAYTONA_PROXY" });
}

/** Answers a request for a WebSocket that isn't to be one. */
function refuseUpgrade(socket: Duplex, error: unknown): void {
  const { status, message } =
    error instanceof DaytonaRefusal ? error : { status: 500, message: "Internal Server Error" };
  socket.end(`HTTP/1.1 ${status} ${message}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
