/** Which pages may call an emulator: only those of its configured origins, not even others on this machine. */
import { describe, expect, test } from "vitest";
import type { Answer } from "../support/raw-http.ts";
import { ask, fromAPage, write } from "../support/raw-http.ts";
import { aSession, aStripe, sdk } from "../support/stripe.ts";
import { aClerk, aDaytona, call } from "../support/emulators.ts";

const EXAMPLE = "http://localhost:5173";
const json = { "content-type": "application/json" };

const emulators = [
  ["Clerk", aClerk],
  ["Daytona", aDaytona],
  ["Stripe", aStripe],
] as const;

/** Requests that only the example and programs may make. */
const requests: [method: string, path: string, body?: string][] = [
  ["GET", "/_calls"],
  ["POST", "/_faults", '{"kind":"drop"}'],
  ["DELETE", "/_faults"],
  ["GET", "/users"],
  ["POST", "/sign-ups", '{"email":"ada@example.com"}'],
  ["POST", "/tokens", '{"user_id":"user_1"}'],
  ["GET", "/v1/customers"],
  ["POST", "/_subscriptions/sub_1", '{"renew":true}'],
  ["GET", "/sandbox"],
];

function isRefused({ status, headers, body }: Answer): void {
  expect(status).toBe(403);
  expect(Object.keys(headers).join()).not.toContain("access-control");
  expect(body).not.toContain("token");
}

describe.each(emulators)("the %s emulator", (name, start) => {
  test.each([
    "http://3000-0123456789abcdef0123456789abcdef.localhost:3213",
    "http://localhost:5174",
    "http://127.0.0.1:5173",
    "https://localhost:5173",
    "http://localhost",
    "https://evil.example",
    "http://localhost.evil.example:5173",
    "null",
    "",
  ])("refuses a page of %j", async (origin) => {
    const { url, faults } = await start({ origins: [EXAMPLE] });
    for (const [method, path, body] of requests) {
      const sent = { method, ...(body === undefined ? {} : { body }) };
      isRefused(await ask(url + path, { ...json, origin }, sent));
      const asksFirst = { origin, "access-control-request-method": method };
      isRefused(await ask(url + path, asksFirst, { method: "OPTIONS" }));
    }
    const own = await ask(`${url}/_calls`, { origin: url });
    isRefused(own);
    expect(faults.calls(), "nothing got as far as being counted").toEqual([]);
    expect((await call("GET", `${url}/users`)).status).toBe(
      name === "Clerk" ? 200 : name === "Daytona" ? 401 : 404,
    );
  });

  test.each([
    ["a script", "no-cors", "script"],
    ["an image", "no-cors", "image"],
    ["a style sheet", "no-cors", "style"],
    ["a frame", "navigate", "iframe"],
    ["a window", "navigate", "document"],
  ] as const)("is not loaded as %s, which has no origin", async (_, mode, dest) => {
    const { url } = await start({ origins: [EXAMPLE] });
    for (const site of ["cross-site", "same-site"] as const) {
      isRefused(await ask(`${url}/_calls`, fromAPage(mode, dest, site)));
    }
  });

  test("serves the example's pages, programs, and addresses typed into a browser", async () => {
    const { url } = await start({ origins: [EXAMPLE] });
    const answers = [
      await ask(`${url}/_calls`, { origin: EXAMPLE, ...fromAPage("cors") }),
      await ask(`${url}/_calls`),
      await ask(`${url}/_calls`, { "sec-fetch-mode": "cors" }), // Node's fetch
      await ask(`${url}/_calls`, { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }),
    ];
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
    }
    const allowed = name === "Daytona" ? undefined : EXAMPLE;
    expect(answers[0]!.headers["access-control-allow-origin"]).toBe(allowed);
  });

  test("allows no page's origin unless configured", async () => {
    const { url } = await start();
    isRefused(await ask(`${url}/_calls`, { origin: EXAMPLE }));
    expect((await ask(`${url}/_calls`)).status).toBe(200);
  });

  test.each(["evil.example", "evil.localhost", "localhost.", "127.0.0.2"])(
    "is not itself under the name of %s",
    async (host) => {
      const { url } = await start({ origins: [EXAMPLE] });
      const { port } = new URL(url);
      isRefused(await ask(`${url}/_calls`, { host: `${host}:${port}` }));
      expect((await ask(`${url}/_calls`, { host: `localhost:${port}` })).status).toBe(200);
    },
  );

  test("survives malformed requests, also on WebSockets", async () => {
    const { url } = await start({ origins: [EXAMPLE] });
    const upgrade = ["connection: upgrade", "upgrade: websocket"];
    const preview = `3000-${"0".repeat(32)}.localhost`;
    for (const host of [preview, "[", "a b", "localhost:99999", ""]) {
      for (const path of ["/", "//", "//[", "/%", "/\\", "*", "http://[", "/preview/3000-x/"]) {
        for (const more of [upgrade, []]) {
          const request = [`GET ${path} HTTP/1.1`, `host: ${host}`, "connection: close", ...more];
          expect(await write(url, request)).not.toMatch(/^HTTP\/1.1 (?:101|2)/);
        }
      }
    }
    expect((await ask(`${url}/_calls`)).status).toBe(200);
  });
});

test("a preflight request to Clerk is answered with the allowed headers", async () => {
  const clerk = await aClerk({ origins: [EXAMPLE] });
  const { status, headers } = await ask(
    `${clerk.url}/sign-ups`,
    {
      origin: EXAMPLE,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    },
    { method: "OPTIONS" },
  );
  expect(status).toBe(204);
  expect(headers["access-control-allow-origin"]).toBe(EXAMPLE);
  expect(headers["access-control-allow-headers"]).toContain("content-type");
});

describe("Stripe's own pages", () => {
  const aCheckout = async () => {
    const stripe = await aStripe({ origins: [EXAMPLE] });
    const customer = await sdk(stripe).customers.create();
    const session = await aSession(stripe, customer.id);
    const isPaid = async () =>
      (await sdk(stripe).checkout.sessions.retrieve(session.id)).payment_status === "paid";
    return { stripe, page: session.url!, isPaid };
  };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const pay = { method: "POST", body: "card=works" };

  test("can be opened from any page, and framed by none", async () => {
    const { page } = await aCheckout();
    const visit = await ask(page, fromAPage("navigate", "document"));
    expect(visit.status).toBe(200);
    expect(visit.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    isRefused(await ask(page, fromAPage("navigate", "iframe")));
    isRefused(await ask(page, fromAPage("no-cors", "image")));
  });

  test.each([
    [
      "another page's form",
      { origin: "http://127.0.0.1:4000", ...fromAPage("navigate", "document") },
    ],
    ["a form in a sandboxed frame", { origin: "null", ...fromAPage("navigate", "document") }],
    ["a script", { origin: "http://127.0.0.1:4000", ...fromAPage("no-cors") }],
  ])("are not filled in by %s", async (_, headers) => {
    const { page, isPaid } = await aCheckout();
    isRefused(await ask(page, { ...form, ...headers }, pay));
    expect(await isPaid()).toBe(false);
  });

  test("may submit their forms to themselves", async () => {
    const { stripe, page, isPaid } = await aCheckout();
    const headers = {
      ...form,
      ...fromAPage("navigate", "document"),
      "sec-fetch-site": "same-origin",
    };
    const answer = await ask(page, { ...headers, origin: stripe.url }, pay);
    expect(answer.status).toBe(303);
    expect(await isPaid()).toBe(true);
    isRefused(await ask(`${stripe.url}/_faults`, { ...headers, origin: stripe.url }, pay));
  });
});
