import { errorResponse } from "./http_io.ts";

/** A name or an IPv4 address, or an IPv6 address in brackets; a port or none. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/;

/**
 * Refuses a request without one well-formed `Host` (RFC 9112, section 3.2), whose URL can't be known.
 * Which host it is does not matter: what the deployment answers depends on tokens and keys alone, and
 * pages of any origin may read it, as in production.
 *
 * @param host all that the request says of it
 * @returns the answer, or null for a request that may go on
 */
export function refuseBadHost(host: string | null, url: string): Response | null {
  if (host !== null && HOST.test(host) && URL.canParse(url)) return null;
  return errorResponse(
    400,
    "BadHostHeader",
    "The request needs one Host header, with a host and no more.",
  );
}
