/** The app's server, with real processes. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { startAppServer } from "../src/serve/server.ts";

/** A server of an app that is not there yet. */
async function aServer() {
  const home = mkdtempSync(join(tmpdir(), "quaver-app-"));
  const folder = join(home, "app");
  const server = await startAppServer({ folder, port: 0 });
  onTestFinished(async () => {
    await server.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const write = (files: Record<string, string>) => {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  };
  const get = async (path = "/", init?: RequestInit) => {
    const response = await fetch(server.url + path, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  return { ...server, home, folder, write, get };
}

/** A package.json whose dev script runs this. */
const packageWith = (script: string) => ({
  "package.json": JSON.stringify({ type: "module", scripts: { dev: "node dev.js" } }),
  "dev.js": script,
});

const SERVER = `
import { createServer } from "node:http";
createServer((request, response) => {
  if (request.url === "/die") process.exit(1);
  response.end(request.method + " " + request.url + " " + process.pid + " " + Object.keys(process.env).filter((name) => /KEY/.test(name)));
}).listen(process.env.PORT, process.env.HOST);`;

const soon = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

test("what is not there yet is a page that says so and reloads itself, then the app", async () => {
  const { get, write } = await aServer();
  const waiting = await get();
  expect(waiting.status).toBe(503);
  expect(waiting.text).toMatch(/http-equiv="refresh"[^]*Nothing here yet/);
  write({ "index.html": "<h1>Poll</h1>", "style.css": "h1 {}" });
  expect(await get()).toMatchObject({ status: 200, text: "<h1>Poll</h1>" });
  const style = await get("/style.css?v=2");
  expect([style.status, style.headers.get("content-type")]).toEqual([
    200,
    "text/css; charset=utf-8",
  ]);
  expect((await get("/nothing.js")).status).toBe(404);
  expect((await get("/", { method: "POST" })).status).toBe(405);
});

test("nothing is served from outside the app's folder, and no hidden file", async () => {
  const { get, write, home, folder, url } = await aServer();
  write({ "index.html": "app", ".env": "KEY=1" });
  writeFileSync(join(home, "secret"), "secret");
  symlinkSync(join(home, "secret"), join(folder, "link"));
  const paths = ["/.env", "/..%2fsecret", "/%2e%2e/secret", "/link", "/%00", "/%ff", "/a\\..\\b"];
  for (const path of paths) expect((await get(path)).text, path).not.toMatch(/secret\b|KEY=1/);
  expect((await fetch(`${url}/link`)).status).toBe(404);
});

test("a dev script serves the app, on a port of its own and without the agent's keys", async () => {
  vi.stubEnv("MODEL_API_KEY", "secret");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { get, write } = await aServer();
  write({ "index.html": "static", ...packageWith(SERVER) });
  const answer = await soon(async () => {
    const found = await get("/a?b=c", { method: "POST", body: "text" });
    expect(found.status).toBe(200);
    return found.text;
  });
  expect(answer).toMatch(/^POST \/a\?b=c \d+ $/);
});

test("one that dies is started again, and a page says so meanwhile", async () => {
  const { get, write } = await aServer();
  write(packageWith(SERVER));
  const pid = () =>
    soon(async () => {
      const { status, text } = await get("/");
      expect(status).toBe(200);
      return text.split(" ")[2];
    });
  const first = await pid();
  const { status, text } = await get("/die");
  expect([status, text]).toEqual([503, expect.stringContaining("The app is starting")]);
  expect(await pid()).not.toBe(first);
});

test("one that is removed gives way to the files, and a changed one is started", async () => {
  const { get, write, folder } = await aServer();
  write({ "index.html": "static", ...packageWith(SERVER) });
  await soon(async () => expect((await get()).text).toMatch(/^GET/));
  rmSync(join(folder, "package.json"));
  await soon(async () => expect((await get()).text).toBe("static"));
  write(packageWith(SERVER));
  await soon(async () => expect((await get()).text).toMatch(/^GET/));
});

test("a WebSocket is passed on, as for hot reloading", async () => {
  const { write, url, get } = await aServer();
  const ws = import.meta.resolve("ws");
  write(
    packageWith(`
import { createServer } from "node:http";
import { WebSocketServer } from "${ws}";
const server = createServer((request, response) => response.end("up"));
new WebSocketServer({ server }).on("connection", (socket) => socket.on("message", (text) => socket.send("got " + text)));
server.listen(process.env.PORT, "127.0.0.1");`),
  );
  await soon(async () => expect((await get()).text).toBe("up"));
  const socket = new WebSocket(url.replace("http", "ws"));
  const answer = new Promise((resolve) =>
    socket.once("message", (data: Buffer) => resolve(String(data))),
  );
  socket.once("open", () => socket.send("hello"));
  expect(await answer).toBe("got hello");
  socket.close();
});

test("an app whose dependencies are not installed is served as files, until they are", async () => {
  const { get, write, folder } = await aServer();
  const dev = { scripts: { dev: "node dev.js" }, devDependencies: { vite: "8" } };
  write({ ...packageWith(SERVER), "package.json": JSON.stringify({ ...dev, type: "module" }) });
  write({ "index.html": "<h1>Poll</h1>" });
  expect(await get()).toMatchObject({ status: 200, text: "<h1>Poll</h1>" });
  mkdirSync(join(folder, "node_modules"));
  await soon(async () => expect((await get()).text).toContain("GET /"));
});
