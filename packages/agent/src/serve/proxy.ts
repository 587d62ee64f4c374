/** Passes requests on to the app's own server, which listens on another port of this machine. */
import { request as send, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { pipeline } from "node:stream";

/**
 * Passes on a request and its answer. The host becomes `localhost`: dev servers refuse the names of others.
 *
 * @returns false, without an answer, when nothing listens on the port
 */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const { method, url, headers } = request;
    const upstream = send({
      ...{ host: "localhost", port, method, path: url },
      headers: { ...headers, host: `localhost:${port}` },
    });
    upstream.once("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => resolve(true));
    });
    upstream.once("error", () => {
      if (response.headersSent) response.destroy();
      resolve(response.headersSent);
    });
    response.once("close", () => upstream.destroy());
    pipeline(request, upstream, () => undefined); // its end is that of the answer
  });
}

/** Passes on the bytes of an upgraded connection in both directions, until either end closes. */
export function tunnel(request: IncomingMessage, socket: Socket, head: Buffer, port: number): void {
  const upstream = connect(port, "localhost", () => {
    const headers = { ...request.headers, host: `localhost:${port}` };
    const lines = Object.entries(headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one) => `${name}: ${one}`),
    );
    upstream.write([`GET ${request.url ?? "/"} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", () => socket.destroy());
  socket.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
}
