import { describe, expect, test } from "vitest";
import { fixtureDeployment } from "../support/deployment.ts";
import { exchange } from "../support/tcp.ts";

const fixture = fixtureDeployment();
const ORIGINS = ["url", "siteUrl"] as const;

const request = (start: string, ...headers: string[]) => [start, ...headers, "", ""].join("\r\n");
const ask = (origin: (typeof ORIGINS)[number], start: string, ...headers: string[]) =>
  exchange(fixture.current[origin], request(start, ...headers));

const UPGRADE = [
  ...["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"],
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
];

describe.each(ORIGINS)("the Host of a request to %s", (origin) => {
  test.each([
    ["missing", "GET /version HTTP/1.1", []],
    ["missing in HTTP/1.0", "GET /version HTTP/1.0", []],
    ["missing beside an absolute target", "GET http://127.0.0.1/version HTTP/1.1", []],
    ["empty", "GET /version HTTP/1.1", ["Host:"]],
    ["empty in HTTP/1.0", "GET /version HTTP/1.0", ["Host: "]],
    ["two different ones", "GET /version HTTP/1.1", ["Host: a", "Host: b"]],
    ["the same one twice", "GET /version HTTP/1.1", ["Host: a", "Host: a"]],
    ["two words", "GET /version HTTP/1.1", ["Host: a b"]],
    ["a list", "GET /version HTTP/1.1", ["Host: a,b"]],
    ["with a path", "GET /version HTTP/1.1", ["Host: a/b"]],
    ["with a user", "GET /version HTTP/1.1", ["Host: user@a"]],
    ["with a query", "GET /version HTTP/1.1", ["Host: a?b"]],
    ["with an escape code", "GET /version HTTP/1.1", ["Host: a\u001b[31m"]],
    ["with a percent escape", "GET /version HTTP/1.1", ["Host: a%00b"]],
    ["an IPv6 address cut off", "GET /version HTTP/1.1", ["Host: [::1"]],
    ["an IPv4 address too long", "GET /version HTTP/1.1", ["Host: 1.2.3.4.5"]],
    ["a port too high", "GET /version HTTP/1.1", ["Host: a:99999"]],
    ["missing in an upgrade", "GET /api/1.48.0/sync HTTP/1.1", UPGRADE],
    ["malformed in an upgrade", "GET /api/1.48.0/sync HTTP/1.1", ["Host: a b", ...UPGRADE]],
    ["twice in an upgrade", "GET /api/sync HTTP/1.1", ["Host: a", "Host: a", ...UPGRADE]],
  ])("is refused when it is %s", async (_what, start, headers) => {
    expect(await ask(origin, start, ...headers)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test.each(["localhost:1", "127.0.0.1", "[::1]:3210", "my_machine.example", "a.b-c.example:"])(
    "may be %s",
    async (host) => {
      const answer = await ask(origin, "GET /nothing HTTP/1.1", `Host: ${host}`);
      expect(answer).toMatch(/^HTTP\/1\.1 /);
      expect(answer).not.toContain("BadHostHeader");
    },
  );
});

test("a refusal has a message, which does not repeat the header", async () => {
  const answer = await ask("url", "GET /version HTTP/1.0", "Host: <script>");
  expect(answer).toContain('{"code":"BadHostHeader","message":"The request needs one Host header');
  expect(answer).not.toContain("script");
});
