/** Clerk's Backend API, as its official client calls it: users in memory, faults on demand. */
import { vi } from "vitest";
import { ENVIRONMENT } from "./setup.ts";

/** An answer instead of the right one; `lost` does what was asked, and loses the connection. */
export type ClerkFault = { status: number; body?: unknown } | "drop" | "lost" | "hang";

/** One Clerk instance, reached by whatever calls `fetch` from then on. */
export class FakeClerk {
  /** Users by id, as Clerk describes them. */
  readonly users = new Map<string, Record<string, unknown>>();
  /** What was asked for, in order: method and path. */
  readonly calls: string[] = [];
  readonly #faults: ClerkFault[] = [];

  constructor() {
    vi.stubGlobal("fetch", (input: string | URL, init?: RequestInit) =>
      this.#answer(new URL(String(input)), new Request(input, init)),
    );
  }

  /** What the next call meets. */
  fail(...faults: ClerkFault[]): void {
    this.#faults.push(...faults);
  }

  async #answer(url: URL, request: Request): Promise<Response> {
    this.calls.push(`${request.method} ${url.origin}${url.pathname}`);
    const fault = this.#faults.shift();
    if (fault === "hang") return await new Promise(() => undefined);
    if (fault === "drop") throw new TypeError("fetch failed");
    if (typeof fault === "object") return json(fault.status, fault.body ?? { errors: [] });
    const answer = this.#do(url, request);
    if (fault === "lost") throw new TypeError("fetch failed");
    return answer;
  }

  #do(url: URL, request: Request): Response {
    if (request.headers.get("authorization") !== `Bearer ${ENVIRONMENT.CLERK_SECRET_KEY}`) {
      return json(401, { errors: [{ code: "clerk_key_invalid", message: "secret words" }] });
    }
    const id = /^\/v1\/users\/([^/]+)$/.exec(url.pathname)?.[1] ?? "";
    const user = this.users.get(decodeURIComponent(id));
    if (user === undefined) return json(404, { errors: [{ code: "resource_not_found" }] });
    if (request.method !== "DELETE") return json(200, user);
    this.users.delete(id);
    return json(200, { object: "user", id, deleted: true });
  }
}

function json(status: number, body: unknown): Response {
  const headers = { "content-type": "application/json" };
  return new Response(JSON.stringify(body), { status, headers });
}
