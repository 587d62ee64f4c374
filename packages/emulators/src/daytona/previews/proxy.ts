/** Forwards a preview's requests to a port of this machine. */
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { pipeline, Readable, type Duplex } from "node:stream";

/** Where a request goes. */
export interface Destination {
  port: number;
  /** Path and query. */
  rest: string;
  /** Whether the request was sent to the preview's own host, which has cookies of its own. */
  onOwnHost: boolean;
}

/** Headers that apply to a single connection (RFC 9110, 7.6.1). */
const CONNECTION_HEADERS = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/** Answers that have no body (fetch standard, "null body status"). */
const NULL_BODY_STATUSES = [204, 205, 304];

/** Daytona's token for previews must not reach the app. */
const PREVIEW_TOKEN_HEADER = "x-daytona-preview-token";

/**
 * Headers that are removed under the emulator's own host. Browsers store cookies by host name and not by port, so the
 * cookies of this host belong to other services of this machine.
 */
const SHARED_HOST_HEADERS = ["cookie", "set-cookie"];

/**
 * Forwards a request. Not by `fetch`, which refuses some of the ports that an app may listen on, and unpacks what is
 * compressed.
 *
 * @throws if nothing answers on the port
 */
export async function forward(request: Request, destination: Destination): Promise<Response> {
  const { port, rest, onOwnHost } = destination;
  const withheld = [...CONNECTION_HEADERS, ...withheldHeaders(onOwnHost)];
  const headers = new Headers(request.headers);
  for (const name of [...withheld, "host"]) headers.delete(name);
  const upstream = httpRequest({
    host: "localhost",
    port,
    path: rest,
    method: request.method,
    headers: Object.fromEntries(headers),
    agent: false,
    signal: request.signal,
  });
  upstream.on("error", () => undefined); // may come after the answer, whose body ends with it
  const answering = once(upstream, "response");
  if (request.body === null) upstream.end();
  else pipeline(request.body, upstream, () => undefined);
  const [response] = (await answering) as [IncomingMessage]; // what a `response` event carries
  const answered = new Headers();
  for (const [name, values] of Object.entries(response.headersDistinct)) {
    if (withheld.includes(name)) continue;
    for (const value of values ?? []) answered.append(name, value);
  }
  // A browser that shows this as a page, although it isn't for browsers, must not give it the emulator's origin.
  if (!onOwnHost) answered.append("content-security-policy", "sandbox allow-scripts allow-forms");
  const status = response.statusCode ?? 502;
  if (NULL_BODY_STATUSES.includes(status)) {
    response.resume();
    return new Response(null, { status, headers: answered });
  }
  const body: object = Readable.toWeb(response); // Node's type of it and the DOM's differ in an overload
  return new Response(body as ReadableStream, { status, headers: answered });
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
