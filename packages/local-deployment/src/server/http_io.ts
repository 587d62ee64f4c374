import { HttpError, messageOf } from "../lib/errors.ts";
import { decodeUtf8, parseWireJson } from "../values/encoding/json_text.ts";

/** The refusal of a body of more bytes than the limit. */
export function bodyTooLarge(limit: number): HttpError {
  return new HttpError(
    413,
    "RequestTooLarge",
    `The request's body is larger than ${String(limit)} bytes.`,
  );
}

/** Checks the request's content-length. @throws HttpError 413 `RequestTooLarge` */
export function checkLength(request: Request, limit: number): void {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw bodyTooLarge(limit);
}

/** The request's body, read up to the limit. @throws HttpError 413 `RequestTooLarge` */
export async function readBody(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  checkLength(request, limit);
  if (request.body === null) return new Uint8Array();
  // With a length given, the server reads no further than that.
  if (request.headers.has("content-length")) return new Uint8Array(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > limit) throw bodyTooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** JSON, or a type based on it, such as `application/problem+json`. */
const JSON_TYPE = /^application\/(?:[^;\s]+\+)?json\s*(?:;|$)/i;

/**
 * The body as JSON. A page on another origin can send other types without a preflight request (CORS).
 *
 * @throws HttpError 400 `BadJsonBody`, as production says of one that is too large too
 */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  if (!JSON_TYPE.test(request.headers.get("content-type") ?? "")) {
    throw new HttpError(
      400,
      "BadJsonBody",
      "Expected request with `Content-Type: application/json`",
    );
  }
  const body = await readBody(request, limit).catch((error: unknown) => {
    if (!(error instanceof HttpError)) throw error;
    const message = "Failed to buffer the request body: length limit exceeded";
    throw new HttpError(400, "BadJsonBody", message);
  });
  return parseJson(body);
}

/** @throws HttpError 400 `BadJsonBody` when it is not JSON with valid Unicode strings */
export function parseJson(json: string | Uint8Array): unknown {
  try {
    return parseWireJson(typeof json === "string" ? json : decodeUtf8(json));
  } catch (error) {
    throw new HttpError(
      400,
      "BadJsonBody",
      `The request's body is not valid JSON: ${messageOf(error)}`,
    );
  }
}

/** An error as every endpoint answers it. */
export function errorResponse(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}

/** Lets browsers on any origin call, as production does. */
export function withCors(request: Request, response: Response): Response {
  const origin = request.headers.get("origin");
  if (origin === null) return response;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-allow-credentials", "true");
  response.headers.append("vary", "origin");
  return response;
}

/** Answers a browser's preflight request. */
export function preflight(request: Request): Response {
  const headers = new Headers({
    "access-control-allow-methods": "GET, POST, PUT, DELETE, PATCH, OPTIONS",
    "access-control-max-age": "86400",
  });
  const wanted = request.headers.get("access-control-request-headers");
  if (wanted !== null) headers.set("access-control-allow-headers", wanted);
  return new Response(null, { status: 204, headers });
}

/** A name or an IPv4 address, or an IPv6 address in brackets; a port or none. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/**
 * Refuses a request without one well-formed `Host` (RFC 9112, section 3.2), whose URL can't be known.
 * Which host it is does not matter: what the deployment answers depends on tokens and keys alone, and
 * pages of any origin may read it, as in production.
 *
 * @param host the values of all its Host headers
 * @returns the refusal, or null for a valid request
 */
export function refuseBadHost(host: string | null, url: string): Response | null {
  if (host !== null && HOST.test(host) && URL.canParse(url)) return null;
  return errorResponse(
    400,
    "BadHostHeader",
    "The request needs one Host header, with a host and no more.",
  );
}
