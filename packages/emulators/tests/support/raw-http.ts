/** Requests as a browser or an attacker writes them: with headers, paths and verbs that `fetch` would not send. */
import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

/** What came back. */
export interface Answer {
  status: number | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

/** Sends a request with exactly these headers. */
export async function ask(
  url: string,
  headers: OutgoingHttpHeaders = {},
  { method = "GET", body }: { method?: string; body?: string } = {},
): Promise<Answer> {
  const sent = request(url, { method, headers: { connection: "close", ...headers } });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

/** The headers that browsers send with a request by a page of another origin. */
export function fromAPage(
  mode: "cors" | "no-cors" | "navigate",
  dest = "empty",
  site: "cross-site" | "same-site" = "cross-site",
): OutgoingHttpHeaders {
  return { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest };
}

/** Writes a request to a port, byte for byte, and reads what comes until the connection ends or `until` is there. */
export async function write(url: string, lines: string[], until?: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write([...lines, "", ""].join("\r\n"));
  let said = "";
  try {
    for await (const chunk of socket) {
      said += String(chunk);
      if (until !== undefined && said.includes(until)) break;
    }
  } catch {
    // Reset by the server: the response is what has been received.
  }
  return said;
}
