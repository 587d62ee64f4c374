/** Who may see a preview, and what it forwards. `toolbox.test.ts` tests its expiry. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { ask, fromAPage, write } from "../support/raw-http.ts";
import { aDaytona, call, eventually, listening, str } from "../support/emulators.ts";

/** A preview of a server that returns the headers it received, and echoes on its WebSockets. */
async function aPreview(reservedPorts: number[] = []) {
  const server = createServer((request, response) => {
    response.setHeader("set-cookie", "app=1");
    response.end(JSON.stringify(request.headers));
  });
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => undefined);
    socket.write(
      "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    );
    socket.end(`${request.url} ${JSON.stringify(request.headers)}`);
  });
  const port = Number(new URL(await listening(server)).port);
  const daytona = await aDaytona({ reservedPorts, origins: ["http://localhost:5173"] });
  const headers = { authorization: `Bearer ${daytona.apiKey}` };
  const api = async (method: string, path: string) =>
    (await call(method, daytona.url + path, method === "POST" ? {} : undefined, headers)).json;
  const id = str((await api("POST", "/sandbox")).id);
  await eventually(async () => expect((await api("GET", `/sandbox/${id}`)).state).toBe("started"));
  const sign = async (at: number) =>
    str((await api("GET", `/sandbox/${id}/ports/${at}/signed-preview-url`)).url);
  const url = await sign(port);
  const label = url.split("/").at(-2)!;
  const host = `${label}.localhost:${new URL(daytona.url).port}`;
  return { daytona, url, host, origin: `http://${host}`, sign, port, standing: `${port}-${id}` };
}

/** Of the ports at which sandboxes offer downloads (fetch standard, "bad port"). */
const REFUSED_BY_FETCH = [4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697];

/** Has a server listen on the first of the ports that is free. */
async function listeningOnOneOf(server: Server, ports: readonly number[]): Promise<number> {
  onTestFinished(() => void server.close());
  for (const port of ports) {
    const listens = once(server, "listening").then(() => true);
    server.listen(port, "127.0.0.1");
    if (await listens.catch(() => false)) return port;
  }
  throw new Error("none of these ports is free");
}

const upgrade = ["connection: upgrade", "upgrade: websocket"];

describe("a preview", () => {
  test("has a host of its own, to which its path redirects a browser", async () => {
    const { url, host, origin } = await aPreview();
    const framed = await ask(`${url}a?b`, fromAPage("navigate", "iframe"));
    expect(framed.status).toBe(307);
    expect(framed.headers.location).toBe(`${origin}/a?b`);
    expect((await ask(url, fromAPage("no-cors", "script"))).status).toBe(403);
    expect((await ask(url, { "sec-fetch-site": "same-origin" })).status).toBe(403);
    expect((await ask(url, { host, ...fromAPage("navigate", "iframe") })).status).toBe(200);
    const program = await ask(url);
    expect(program.status).toBe(200);
    expect(program.headers["content-security-policy"]).toContain("sandbox");
  });

  test("can be read, written to and loaded from only by its own pages", async () => {
    const { url, host, origin } = await aPreview();
    const other = `http://3000-${"a".repeat(32)}.localhost:${new URL(url).port}`;
    for (const foreign of [other, "http://localhost:5174", "null", new URL(url).origin]) {
      for (const method of ["GET", "POST", "OPTIONS"]) {
        expect((await ask(url, { host, origin: foreign }, { method })).status).toBe(403);
        expect((await ask(url, { origin: foreign }, { method })).status).toBe(403);
      }
      const form = { host, origin: foreign, ...fromAPage("navigate", "document") };
      expect((await ask(url, form, { method: "POST" })).status).toBe(403);
    }
    expect((await ask(url, { host, ...fromAPage("no-cors", "script") })).status).toBe(403);
    expect((await ask(url, { host, ...fromAPage("no-cors", "image", "same-site") })).status).toBe(
      403,
    );
    expect((await ask(url, { host, origin }, { method: "POST" })).status).toBe(200);
    expect((await ask(url, { host, "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  test("forwards the app's own cookies, but not other cookies of this machine, nor the preview's token", async () => {
    const { url, host, port } = await aPreview();
    const sent = { cookie: "session=1", "x-daytona-preview-token": "token" };
    const byPath = await ask(url, sent);
    expect(byPath.body).not.toMatch(/cookie|token/);
    expect(byPath.headers["set-cookie"]).toBeUndefined();
    const byHost = await ask(url, { host, ...sent });
    expect(byHost.body).toMatch(/"cookie":"session=1"/);
    expect(byHost.body).not.toMatch(/token/);
    expect(byHost.headers["set-cookie"]).toEqual(["app=1"]);
    const { pathname } = new URL(url);
    const lines = [`GET ${pathname}socket HTTP/1.1`, "host: localhost", ...upgrade, "cookie: s=1"];
    const socket = await write(url, lines);
    expect(socket).toMatch(/^HTTP\/1.1 101/);
    expect(socket, `the server on ${port}`).toContain("/socket");
    expect(socket).not.toContain("cookie");
  });

  test("shows ports that browsers refuse in an address, and forwards answers as they are", async () => {
    const { sign } = await aPreview();
    const answers: [number, Record<string, string>, Buffer | undefined][] = [
      [200, { "content-encoding": "gzip" }, gzipSync("compressed")],
      [204, {}, undefined],
      [304, { etag: '"a"' }, undefined],
      [500, {}, Buffer.from("the app's own")],
    ];
    const server = createServer((request, response) => {
      const [status, headers, body] = answers[Number(request.url?.slice(1))]!;
      response.writeHead(status, headers).end(body);
    });
    const url = await sign(await listeningOnOneOf(server, REFUSED_BY_FETCH));
    const got = await Promise.all(answers.map((_, index) => fetch(`${url}${index}`)));
    expect(got.map(({ status }) => status)).toEqual(answers.map(([status]) => status));
    expect(await got[0]!.text()).toBe("compressed");
    expect(got[2]!.headers.get("etag")).toBe('"a"');
    expect(await got[3]!.text()).toBe("the app's own");
  });

  test("whose app ends in the middle of an answer ends, and the next one is served", async () => {
    const { sign } = await aPreview();
    const server = createServer((request, response) => {
      if (request.url === "/whole") response.end("whole");
      else response.write("half", () => response.socket?.resetAndDestroy());
    });
    const url = await sign(Number(new URL(await listening(server)).port));
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    expect(await (await fetch(`${url}whole`)).text()).toBe("whole");
  });

  test("serves no port of another service", async () => {
    const { sign, daytona, port } = await aPreview([3212]);
    const { apiKey, url } = daytona;
    for (const reserved of [3212, Number(new URL(url).port)]) {
      const { status, body } = await ask(await sign(reserved));
      expect(status).toBe(400);
      expect(body).toContain(`port ${reserved} can't be previewed`);
    }
    expect((await ask(await sign(port))).body).not.toContain(apiKey);
  });
});

describe("a preview's WebSocket", () => {
  test("is opened for its own pages and for programs", async () => {
    const { url, host, origin } = await aPreview();
    const lines = ["GET /socket?a=b HTTP/1.1", `host: ${host.toUpperCase()}`, ...upgrade];
    expect(await write(url, lines)).toContain("/socket?a=b");
    expect(await write(url, [...lines, `origin: ${origin}`])).toContain("/socket?a=b");
  });

  test.each(["http://localhost:5174", "null", `http://3000-${"a".repeat(32)}.localhost:3213`])(
    "is refused to a page of %s",
    async (origin) => {
      const { url, host } = await aPreview();
      const paths = [
        ["/socket", host],
        [new URL(url).pathname, "localhost"],
      ];
      for (const [path, to] of paths) {
        const lines = [`GET ${path} HTTP/1.1`, `host: ${to}`, ...upgrade, `origin: ${origin}`];
        expect(await write(url, lines)).toMatch(/^HTTP\/1.1 403 /);
      }
    },
  );

  test("without a preview, or without access to it, is refused with an error", async () => {
    const { url, standing } = await aPreview();
    const get = (path: string) =>
      write(url, [`GET ${path} HTTP/1.1`, "host: localhost", ...upgrade]);
    expect(await get("/sandbox")).toMatch(/^HTTP\/1.1 501 /);
    expect(await get(`/preview/${standing}/`)).toMatch(/^HTTP\/1.1 401 /);
    expect(await get(`/preview/3000-${"a".repeat(32)}/`)).toMatch(/^HTTP\/1.1 401 /);
  });

  test("at a malformed address, or whose client has disconnected, does not stop the emulator", async () => {
    const { url, host } = await aPreview();
    for (const path of ["//", "//[", "/%", "/?%", "http://["]) {
      await write(url, [`GET ${path} HTTP/1.1`, `host: ${host}`, ...upgrade]);
    }
    for (let round = 0; round < 20; round += 1) {
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.on("error", () => undefined);
      const lines = ["GET / HTTP/1.1", `host: ${host}`, ...upgrade, "", ""].join("\r\n");
      await new Promise((resolve) => socket.write(lines, resolve));
      socket.resetAndDestroy();
    }
    expect((await ask(url)).status).toBe(200);
  });
});
