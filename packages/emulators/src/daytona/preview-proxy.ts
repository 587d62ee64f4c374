/** Passes requests on to what listens on a port of this machine, for a preview of it. */
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/** Where a request goes. */
export interface Destination {
  port: number;
  /** Path and query, as the sandbox's process is to see them. */
  rest: string;
  /** Whether the request came by the preview's own host, whose cookies are the app's own. */
  onOwnHost: boolean;
}

/** Headers that are about one connection (RFC 9110, 7.6.1), and those `fetch` has dealt with. */
const CONNECTION_HEADERS = ["connection", "keep-alive", "transfer-encoding", "upgrade", "host"];
const DECODED_HEADERS = ["content-encoding", "content-length", "transfer-encoding", "connection"];

/** What opens the preview is not for the app. */
const PREVIEW_TOKEN_HEADER = "x-daytona-preview-token";

/**
 * Headers that stay out of an exchange under the emulator's own host. Cookies are kept by host name, whatever the port:
 * this host's are those of everything else on this machine.
 */
const SHARED_HOST_HEADERS = ["cookie", "set-cookie"];

/** Sends a request on, and answers with what comes back. @throws when nothing answers there */
export async function forward(request: Request, destination: Destination): Promise<Response> {
  const { port, rest, onOwnHost } = destination;
  const headers = new Headers(request.headers);
  const withheld = withheldHeaders(onOwnHost);
  for (const name of [...CONNECTION_HEADERS, ...withheld]) headers.delete(name);
  const response = await fetch(`http://localhost:${port}${rest}`, {
    method: request.method,
    headers,
    redirect: "manual",
    ...(request.body ? { body: request.body, duplex: "half" } : {}),
  });
  const answered = new Headers(response.headers);
  for (const name of [...DECODED_HEADERS, ...withheld]) answered.delete(name);
  // Should a browser that doesn't say so make a page of this, then one without the emulator's origin.
  if (!onOwnHost) answered.append("content-security-policy", "sandbox allow-scripts allow-forms");
  return new Response(response.body, { status: response.status, headers: answered });
}

/** Passes the bytes of an upgraded connection in both directions, until either end closes. */
export function tunnel(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { port, rest, onOwnHost }: Destination,
): void {
  const withheld = withheldHeaders(onOwnHost);
  const upstream = connect(port, "localhost", () => {
    const { rawHeaders } = request;
    const headers = rawHeaders.flatMap((name, index) =>
      index % 2 === 0 && !withheld.includes(name.toLowerCase())
        ? [`${name}: ${rawHeaders[index + 1] ?? ""}`]
        : [],
    );
    upstream.write([`GET ${rest} HTTP/1.1`, ...headers, "", ""].join("\r\n"));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", () => socket.destroy());
  socket.on("close", () => upstream.destroy());
}

function withheldHeaders(onOwnHost: boolean): string[] {
  return onOwnHost ? [PREVIEW_TOKEN_HEADER] : [PREVIEW_TOKEN_HEADER, ...SHARED_HOST_HEADERS];
}
