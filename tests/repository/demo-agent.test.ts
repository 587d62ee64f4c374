/** The demo agent and its server, as a sandbox runs them: each a single file, under Node. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { promptsIn } from "@quaver/emulators/recipes";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { buildDemoAgent, DEMO_AGENT, shellQuoted } from "../../scripts/dev/example/demo-agent.ts";

beforeAll(buildDemoAgent);

/** A sandbox's home folder, for the length of a test. */
function aHome() {
  const home = mkdtempSync(join(tmpdir(), "demo-agent-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
}

describe("the demo agent", () => {
  /** One turn of it, at full speed. */
  async function ask(home: string, prompt: string): Promise<string[]> {
    const env = { PATH: process.env.PATH, HOME: home, QUAVER_PROMPT: prompt };
    const { stdout } = await promisify(execFile)("sh", ["-c", `${DEMO_AGENT.command} 0`], { env });
    return stdout.split("\n");
  }

  const page = (home: string) => readFileSync(join(home, "app/index.html"), "utf8");
  const step = (title: string, status: string) => `::step:: ${JSON.stringify({ title, status })}`;

  test("thinks, writes the app's files, and answers", async () => {
    const home = aHome();
    const lines = await ask(home, "Make a to-do list for Ada's bakery");
    expect(lines[0]).toMatch(/^::reasoning:: /);
    expect(lines.filter((line) => line.startsWith("::step::"))).toEqual(
      ["style.css", "app.js", "index.html"].flatMap((file) => [
        step(`Wrote ${file}`, "running"),
        step(`Wrote ${file}`, "done"),
      ]),
    );
    expect(lines).toContain("**Ada's bakery** is ready.");
    expect(page(home)).toContain("<h1>Ada&#39;s bakery</h1>");
  });

  test("changes what is there, and writes no more than that", async () => {
    const home = aHome();
    await ask(home, "Make a poll");
    const lines = await ask(home, "in orange");
    expect(lines).not.toContain(step("Wrote app.js", "done"));
    expect(page(home)).toContain('data-colour="orange"');
    await ask(home, "undo that");
    expect(page(home)).toContain('data-colour="violet"');
  });

  test("goes on from an earlier version that was restored", async () => {
    const home = aHome();
    await ask(home, "Make a poll");
    const first = page(home);
    await ask(home, "in orange");
    writeFileSync(join(home, "app/index.html"), first);
    await ask(home, "dark");
    expect(promptsIn(page(home))).toEqual(["Make a poll", "dark"]);
  });

  test("remembers a prompt that it was stopped at, before there was an app", async () => {
    const home = aHome();
    await ask(home, "Make a poll");
    rmSync(join(home, "app"), { recursive: true });
    await ask(home, "in orange");
    expect(promptsIn(page(home))).toEqual(["Make a poll", "in orange"]);
  });
});

describe("its server", () => {
  /** A server of a home folder, and how to ask it; paths are sent as they are. */
  async function aServer(home = aHome()) {
    const port = await aFreePort();
    const env = { PATH: process.env.PATH, HOME: home, PORT: `${port}` };
    const server = spawn("sh", ["-c", DEMO_AGENT.entrypoint], { env, stdio: "ignore" });
    onTestFinished(async () => {
      server.kill("SIGKILL");
      await once(server, "exit");
    });
    const get = async (path: string, method = "GET") => {
      const asked = request({ port, host: "127.0.0.1", path, method }).end();
      // The event's argument, which node:events leaves untyped.
      const [response] = (await once(asked, "response")) as [import("node:http").IncomingMessage];
      let body = "";
      for await (const chunk of response) body += String(chunk);
      return { status: response.statusCode, type: response.headers["content-type"], body };
    };
    await vi.waitFor(() => get("/"), { timeout: 20_000, interval: 20 });
    const write = (path: string, text: string) => {
      mkdirSync(join(home, path, ".."), { recursive: true });
      writeFileSync(join(home, path), text);
    };
    return { home, get, write };
  }

  test("shows a page that reloads itself, until there is an app", async () => {
    const { get, write } = await aServer();
    const waiting = await get("/");
    expect(waiting).toMatchObject({ status: 503, type: "text/html; charset=utf-8" });
    expect(waiting.body).toContain('http-equiv="refresh"');
    write("app/index.html", "<h1>Here</h1>");
    expect(await get("/")).toMatchObject({ status: 200, body: "<h1>Here</h1>" });
  });

  test("serves the app's files, with their types", async () => {
    const { get, write } = await aServer();
    write("app/index.html", "page");
    write("app/sub/index.html", "sub");
    write("app/a b.css", "style");
    write("app/app.js", "script");
    expect(await get("/?query")).toMatchObject({ body: "page" });
    expect(await get("/sub/")).toMatchObject({ body: "sub" });
    expect(await get("/a%20b.css")).toMatchObject({
      type: "text/css; charset=utf-8",
      body: "style",
    });
    expect(await get("/app.js")).toMatchObject({ type: "text/javascript; charset=utf-8" });
    expect(await get("/app.js", "HEAD")).toMatchObject({ status: 200, body: "" });
    expect(await get("/nothing")).toMatchObject({ status: 404 });
    expect(await get("/", "POST")).toMatchObject({ status: 405 });
  });

  test("serves nothing else", async () => {
    const { home, get, write } = await aServer();
    write("app/index.html", "page");
    write("app/.env", "secret");
    write("app/.git/config", "secret");
    write("outside", "secret");
    symlinkSync(join(home, "outside"), join(home, "app/link"));
    for (const path of [
      "/.env",
      "/%2eenv",
      "/.git/config",
      "/../outside",
      "/%2e%2e/outside",
      "/..%2foutside",
      "/..%5coutside",
      "/link",
      "/%00",
      "/%",
      "//etc/passwd",
    ]) {
      expect(await get(path), path).toMatchObject({ status: 404 });
    }
  });

  async function aFreePort(): Promise<number> {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, "close");
    return port;
  }
});

test("a path is quoted for the shell, whatever it contains", () => {
  const path = `/a folder/it's "$HOME" \`date\`/agent.mjs`;
  const said = execFileSync("sh", ["-c", `printf '%s|' node ${shellQuoted(path)}`]).toString();
  expect(said).toBe(`node|${path}|`);
});
