/** Which files the example's development server serves, and to which origins. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { get, request, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const EXAMPLE = resolve(import.meta.dirname, "..");
const SECRET = "a-key-that-nobody-may-see";

/** A data folder as `bun run dev` keeps it, and a folder of the example's own. */
const dataDir = mkdtempSync(join(tmpdir(), "quaver-test-"));
const inside = mkdtempSync(join(EXAMPLE, "tests", "served-"));

let server: ViteDevServer;
let port: number;

beforeAll(async () => {
  for (const folder of [dataDir, join(inside, ".quaver")]) {
    mkdirSync(join(folder, "deployment"), { recursive: true });
    writeFileSync(join(folder, "deployment", "admin-key"), SECRET);
    writeFileSync(join(folder, "deployment", "keys.json"), JSON.stringify({ SECRET }));
  }
  for (const name of [".env", ".env.local", "tls.key", "plain.txt"]) {
    writeFileSync(join(inside, name), name === "plain.txt" ? "plain" : `KEY=${SECRET}`);
  }
  symlinkSync(join(dataDir, "deployment"), join(inside, "link"));
  server = await createServer({
    root: EXAMPLE,
    cacheDir: join(dataDir, "vite"),
    logLevel: "silent",
    server: { host: "127.0.0.1", port: 0 },
  });
  await server.listen();
  // A server listening on TCP has an AddressInfo.
  ({ port } = server.httpServer!.address() as AddressInfo);
});

afterAll(async () => {
  await server.close();
  for (const folder of [dataDir, inside]) rmSync(folder, { recursive: true, force: true });
});

/** A request with the path as it is; `fetch` would normalise it. */
async function ask(path: string, headers: OutgoingHttpHeaders = {}, method = "GET") {
  const sent = request({ port, host: "127.0.0.1", path, method, headers }).end();
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

/** Paths that may name the same file. */
function namesOf(file: string): string[] {
  const encoded = file.replaceAll("/", "%2f");
  const dotted = file.replace(/\/([^/]+)$/, "/%2e/$1");
  const around = `/src/../${"../".repeat(12)}${file.slice(1)}`;
  const bases = [
    `/@fs${file}`,
    `/@fs/${file}`,
    `/@FS${file}`,
    `/%40fs${file}`,
    `/@fs/${encoded}`,
    `/@fs${dotted}`,
    `/@fs${EXAMPLE}/..${"/..".repeat(12)}${file}`,
    `/@fs${EXAMPLE}/%2e%2e${"/%2e%2e".repeat(12)}${file}`,
    `/@fs${EXAMPLE}/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..${file}`,
    `/@fs${dataDir}/vite/deps/../../deployment/${file.split("/").at(-1)!}`,
    `${dataDir}/vite/deps/../../deployment/${file.split("/").at(-1)!}`,
    `/@id/${file}`,
    `/@id/__x00__${file}`,
    `/@fs${file.replaceAll("/", "\\")}`,
    around,
    around.replaceAll("..", "%2e%2e"),
    around.replaceAll("..", "%252e%252e"),
    file,
    `/${file}`,
    `//localhost${file}`,
    `http://127.0.0.1:${port}/@fs${file}`,
  ];
  const queries = [
    "",
    "raw",
    "import",
    "import&raw",
    "import&url",
    "inline",
    "raw??",
    "t=1",
    ".svg",
  ];
  const endings = [
    "/",
    "%00",
    "%3Fraw",
    ".map",
    "?.svg?.wasm?init",
    "?url&inline&import",
    "?worker",
  ];
  return bases.flatMap((base) => [
    ...queries.map((query) => (query === "" ? base : `${base}?${query}`)),
    ...endings.map((ending) => base + ending),
  ]);
}

describe("files that are not served", () => {
  const kept = {
    "the admin key": join(dataDir, "deployment", "admin-key"),
    "a module of the data folder": join(dataDir, "deployment", "keys.json"),
    "a data folder within the example": join(inside, ".quaver", "deployment", "admin-key"),
    "what a link leads to": join(inside, "link", "admin-key"),
    "a module that a link leads to": join(inside, "link", "keys.json"),
    ".env": join(inside, ".env"),
    ".env.local": join(inside, ".env.local"),
    "a private key": join(inside, "tls.key"),
  };

  test.each(Object.entries(kept))("%s, by any path", async (_, file) => {
    const names = [...namesOf(file), ...namesOf(file.toUpperCase())];
    if (file.startsWith(EXAMPLE))
      names.push(...namesOf(file).map((name) => name.replace(EXAMPLE, "")));
    const leaks: string[] = [];
    for (const name of names) {
      for (const headers of [{}, { "sec-fetch-dest": "script", accept: "text/css" }]) {
        const { body } = await ask(name, headers);
        if (body.includes(SECRET) || body.includes(btoa(SECRET))) leaks.push(name);
      }
    }
    expect(leaks).toEqual([]);
  });

  test.each(["package.json", "scripts/dev/main.ts", "packages/emulators/src/index.ts", ".git"])(
    "%s of the repository is refused",
    async (name) => {
      const file = resolve(EXAMPLE, "..", name);
      for (const query of ["", "?raw", "?import"]) {
        expect((await ask(`/@fs${file}${query}`)).status).toBe(403);
      }
    },
  );

  test("the page's files are served: sources, types of functions, bundled dependencies", async () => {
    const main = await ask("/src/main.tsx");
    expect(main.status).toBe(200);
    const bundled = /"(\/@fs\/[^"]*\/vite\/deps\/[^"]+)"/.exec(main.body)?.[1];
    expect((await ask(bundled!)).status).toBe(200);
    expect((await ask(`/@fs${resolve(EXAMPLE, "../convex/_generated/api.js")}`)).status).toBe(200);
    expect((await ask(`/@fs${join(inside, "plain.txt")}`)).body).toBe("plain");
    expect((await ask("/quaver.svg")).status).toBe(200);
    expect((await ask("/projects/some-id", { accept: "text/html" })).body).toContain("<title>");
  });

  test("the page has only Vite's variables", async () => {
    expect((await ask("/src/env.ts")).body).not.toContain("CONVEX_SELF_HOSTED");
  });
});

describe("pages of other origins", () => {
  const foreign = [
    "http://3000-abc.localhost:3213",
    "http://127.0.0.1:3000",
    "http://localhost",
    "null",
  ];

  test.each(foreign)("%s gets nothing, and no CORS headers", async (origin) => {
    const preflight = { origin, "access-control-request-method": "GET" };
    for (const answer of [
      await ask("/src/main.tsx", { origin }),
      await ask("/", { origin, "sec-fetch-site": "cross-site" }),
      await ask("/src/main.tsx", preflight, "OPTIONS"),
    ]) {
      expect(answer.status).toBe(403);
      expect(Object.keys(answer.headers).join()).not.toContain("access-control");
    }
  });

  test.each([
    ["a script", "no-cors", "script"],
    ["a style sheet", "no-cors", "style"],
    ["an image", "no-cors", "image"],
    ["a frame", "navigate", "iframe"],
    ["an object", "navigate", "object"],
  ])("can't load %s", async (_, mode, dest) => {
    for (const site of ["cross-site", "same-site"]) {
      const headers = { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest };
      expect((await ask("/src/env.ts", headers)).status).toBe(403);
      expect((await ask("/", headers)).status).toBe(403);
    }
  });

  test("may link here, but to the page alone", async () => {
    const visit = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
      accept: "text/html",
    };
    const page = await ask("/account?checkout=done", visit);
    expect(page.status).toBe(200);
    expect(page.headers["content-security-policy"]).toBe("frame-ancestors 'none'");
    expect(page.headers["cross-origin-resource-policy"]).toBe("same-origin");
    expect((await ask("/__open-in-editor?file=package.json", visit)).status).toBe(403);
    expect((await ask(`/@fs${EXAMPLE}/index.html`, visit)).status).toBe(403);
    expect((await ask("/", visit, "POST")).status).toBe(403);
  });

  test("the page itself and programs are answered", async () => {
    const host = `localhost:${port}`;
    expect((await ask("/src/env.ts", { host, origin: `http://${host}` })).status).toBe(200);
    expect((await ask("/src/env.ts", { host, "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await ask("/src/env.ts")).status).toBe(200);
  });

  test("a request with another host name is refused", async () => {
    expect((await ask("/src/env.ts", { host: "evil.example" })).status).toBe(403);
  });

  test("can't connect to the hot-reload socket", async () => {
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-protocol": "vite-hmr",
      origin: "http://3000-abc.localhost:3213",
    };
    for (const path of ["/", "/?token=guessed"]) {
      const asked = get({ port, host: "127.0.0.1", path, headers });
      const outcome = await Promise.race([
        once(asked, "upgrade").then(() => "connected"),
        once(asked, "response").then(([answer]) => (answer as IncomingMessage).statusCode),
        once(asked, "error").then(() => "refused"),
      ]);
      asked.destroy();
      expect(outcome).not.toBe("connected");
    }
    expect((await ask("/src/env.ts")).status).toBe(200);
  });
});
