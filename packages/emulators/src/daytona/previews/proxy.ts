/** Forwards a preview's requests to a port of this machine. */
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";

/** Where a request goes. */
export interface Destination {
  port: number;
  /** Path and query. */
  rest: string;
  /** Whether the request was sent to the preview's own host, which has cookies of its own. */
  onOwnHost: boolean;
}

/** Headers that apply to a single connection (RFC 9110, 7.6.1), and those that `fetch` has already applied. */
const CONNECTION_HEADERS = ["connection", "keep-alive", "transfer-encoding", "upgrade", "host"];
const DECODED_HEADERS = ["content-encoding", "content-length", "transfer-encoding", "connection"];

/** Daytona's token for previews must not reach the app. */
const PREVIEW_TOKEN_HEADER = "x-daytona-preview-token";

/**
 * Headers that are removed under the emulator's own host. Browsers store cookies by host name and not by port, so the
 * cookies of this host belong to other services of this machine.
 */
const SHARED_HOST_HEADERS = ["cookie", "set-cookie"];

/** Forwards a request. @throws if nothing answers on the port */
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
  // A browser that shows this as a page, although it isn't for browsers, must not give it the emulator's origin.
  if (!onOwnHost) answered.append("content-security-policy", "sandbox allow-scripts allow-forms");
  return new Response(response.body, { status: response.status, headers: answered });
}

/** Forwards the bytes of an upgraded connection in both directions, until either end closes. */
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
