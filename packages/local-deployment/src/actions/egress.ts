/** Host names and where their requests go instead: `{"api.stripe.com": "http://127.0.0.1:4242"}`. */
export type Egress = Readonly<Record<string, string>>;

/** A `fetch` that redirects requests for the mapped hosts, and sends the others unchanged. */
export function egressFetch(
  egress: Egress,
  fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>,
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const target = Object.hasOwn(egress, url.host) ? egress[url.host] : undefined;
    if (target === undefined) return fetch(input, init);
    const moved = new URL(url.pathname + url.search, target);
    return input instanceof Request ? fetch(new Request(moved, input), init) : fetch(moved, init);
  };
}
