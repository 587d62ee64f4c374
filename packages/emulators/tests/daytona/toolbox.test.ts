import { once } from "node:events";
import { existsSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, get } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test, vi } from "vitest";
import type { Json } from "../support/emulators.ts";
import {
  aDataDir,
  aDaytona,
  AT_ONCE,
  call,
  eventually,
  isAlive,
  listening,
  str,
} from "../support/emulators.ts";

/** A started sandbox, and its toolbox. */
async function aSandbox(options: { env?: Record<string, string>; dataDir?: string } = {}) {
  const dataDir = options.dataDir ?? aDataDir();
  const daytona = await aDaytona({ dataDir });
  const headers = { authorization: `Bearer ${daytona.apiKey}` };
  const api = (method: string, path: string, body?: unknown) =>
    call(method, daytona.url + path, body, headers);
  const { json } = await api("POST", "/sandbox", { env: options.env ?? {} });
  const id = str(json.id);
  const isIn = (state: string) =>
    eventually(async () => expect((await api("GET", `/sandbox/${id}`)).json.state).toBe(state));
  await isIn("started");
  return {
    daytona,
    headers,
    api,
    id,
    isIn,
    home: join(dataDir, "sandboxes", id, "home"),
    toolbox: (method: string, path: string, body?: unknown) =>
      api(method, `/toolbox/${id}${path}`, body),
  };
}

type Toolbox = Awaited<ReturnType<typeof aSandbox>>["toolbox"];
const execute = async (toolbox: Toolbox, command: string, more: object = {}): Promise<Json> =>
  (await toolbox("POST", "/process/execute", { command, ...more })).json;

describe("executing a command", () => {
  test("runs it, and returns its exit code and output", async () => {
    const { toolbox } = await aSandbox();
    expect(await execute(toolbox, "echo out; echo err >&2; exit 3")).toEqual({
      exitCode: 3,
      result: "out\nerr\n",
    });
    expect(await execute(toolbox, "no-such-program")).toMatchObject({ exitCode: 127 });
    expect(await execute(toolbox, "kill -KILL $$")).toMatchObject({ exitCode: 137 });
  });

  test("runs it in the home folder, with the environments of the sandbox and of the request", async () => {
    const { toolbox, home } = await aSandbox({ env: { A: "sandbox", B: "sandbox" } });
    const envs = { B: "request; rm -rf $HOME" };
    const { result } = await execute(toolbox, 'pwd; echo "$A $B"', { envs });
    expect(result).toBe(`${home}\nsandbox request; rm -rf $HOME\n`);
    await execute(toolbox, "mkdir -p app/src");
    expect(await execute(toolbox, "pwd", { cwd: "app/src" })).toMatchObject({
      result: `${home}/app/src\n`,
    });
    expect(await execute(toolbox, "pwd", { cwd: "/home/daytona/app" })).toMatchObject({
      result: `${home}/app\n`,
    });
  });

  test("has nothing of this process's environment except PATH", async () => {
    vi.stubEnv("SECRET_OF_THE_DEVELOPER", "s3cret");
    const { toolbox } = await aSandbox();
    const { result } = await execute(toolbox, "env");
    expect(result).not.toContain("s3cret");
    expect(str(result)).toMatch(/^PATH=/m);
    vi.unstubAllEnvs();
  });

  test("kills it with its descendants when it times out", async () => {
    const { toolbox, home } = await aSandbox();
    const { status, json } = await toolbox("POST", "/process/execute", {
      command: "sleep 60 & echo $! > child; wait",
      timeout: 1,
    });
    expect(status).toBe(408);
    expect(json).toMatchObject({ code: "PROCESS_EXECUTION_TIMEOUT", source: "DAYTONA_DAEMON" });
    expect(existsSync(join(home, "child"))).toBe(true);
    const child = Number((await execute(toolbox, "cat child")).result);
    await eventually(() => expect(isAlive(child)).toBe(false));
  });

  test("writes the command to the shell's standard input, and waits until its output is closed", async () => {
    const { toolbox } = await aSandbox();
    expect(await execute(toolbox, "cat\necho not run")).toMatchObject({ result: "echo not run" });
    const began = Date.now();
    expect(await execute(toolbox, "sleep 0.5 & echo a")).toMatchObject({ result: "a\n" });
    expect(Date.now() - began).toBeGreaterThanOrEqual(450);
  });

  test.each([
    ["no command", {}, 400],
    ["malformed JSON", "{", 400],
    ["a variable no shell takes", { command: "true", envs: { "A B": "" } }, 400],
    ["a negative time", { command: "true", timeout: -1 }, 400],
    ["a folder that isn't there", { command: "true", cwd: "nowhere" }, 400],
    ["a folder outside", { command: "true", cwd: "../../.." }, 403],
  ])("refuses %s", async (_, body, expected) => {
    const { toolbox } = await aSandbox();
    expect((await toolbox("POST", "/process/execute", body)).status).toBe(expected);
  });
});

describe("a sandbox that stops", () => {
  test("ends its processes, background ones too, and no others", async () => {
    const { toolbox, api, id, isIn } = await aSandbox();
    const mine = Number((await execute(toolbox, "sleep 60 >/dev/null 2>&1 & echo $!")).result);
    const stubborn = await execute(toolbox, "(trap '' TERM; sleep 60) >/dev/null 2>&1 & echo $!");
    expect(isAlive(mine)).toBe(true);
    await api("POST", `/sandbox/${id}/stop`);
    await isIn("stopped");
    await eventually(() => expect(isAlive(mine)).toBe(false));
    await eventually(() => expect(isAlive(Number(stubborn.result))).toBe(false));
  });

  test("ends processes that have left its process group, as a stopped machine does", async () => {
    const { toolbox, api, id, isIn } = await aSandbox();
    const detached = "setsid sh -c 'echo $$; exec sleep 60 >/dev/null 2>&1'";
    const { result } = await execute(toolbox, `${detached} </dev/null &`);
    expect(isAlive(Number(result))).toBe(true);
    await api("POST", `/sandbox/${id}/stop`);
    await isIn("stopped");
    await eventually(() => expect(isAlive(Number(result))).toBe(false));
  });

  test("refuses toolbox requests, and has its files when it starts again", async () => {
    const { toolbox, api, id, isIn } = await aSandbox();
    await execute(toolbox, "echo kept > file");
    await api("POST", `/sandbox/${id}/stop`);
    await isIn("stopped");
    const { status, json } = await toolbox("POST", "/process/execute", { command: "true" });
    expect(status).toBe(400);
    expect(json.message).toBe("Sandbox is not started");
    await api("POST", `/sandbox/${id}/start`);
    await isIn("started");
    expect(await execute(toolbox, "cat file")).toMatchObject({ result: "kept\n" });
  });

  test("is removed with its folder once deleted", async () => {
    const { toolbox, api, id, home } = await aSandbox();
    await execute(toolbox, "touch file");
    await api("DELETE", `/sandbox/${id}`);
    await eventually(() => expect(existsSync(home)).toBe(false));
    expect((await toolbox("POST", "/process/execute", { command: "true" })).status).toBe(404);
  });
});

describe("a preview", () => {
  const show = async () => {
    const sandbox = await aSandbox();
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        response.setHeader("x-app", "yes");
        response.end(`${request.method} ${request.url} ${body}`);
      });
    });
    const port = Number(new URL(await listening(server)).port);
    return { ...sandbox, port, ports: `/sandbox/${sandbox.id}/ports/${port}` };
  };

  test("that is signed serves the port to every client that has its URL", async () => {
    const { api, ports, daytona } = await show();
    const { json } = await api("GET", `${ports}/signed-preview-url?expiresInSeconds=60`);
    const url = str(json.url);
    const page = await fetch(`${url}a/b?c=d`);
    expect(await page.text()).toBe("GET /a/b?c=d ");
    expect(page.headers.get("x-app")).toBe("yes");
    const posted = await fetch(url, { method: "POST", body: "hello" });
    expect(await posted.text()).toBe("POST / hello");
    expect(daytona.faults.calls().some(({ path }) => path.startsWith("/preview"))).toBe(false);
  });

  test("expires", async () => {
    let now = 1_000_000;
    const dataDir = aDataDir();
    const daytona = await aDaytona({ dataDir, now: () => now, delaysMs: AT_ONCE });
    const headers = { authorization: `Bearer ${daytona.apiKey}` };
    const made = await call("POST", `${daytona.url}/sandbox`, {}, headers);
    const path = `/sandbox/${str(made.json.id)}/ports/3000/signed-preview-url`;
    const { json } = await call("GET", daytona.url + path, undefined, headers);
    now += 59_000; // a minute unless asked otherwise
    await eventually(async () => expect((await fetch(str(json.url))).status).toBe(502));
    now += 1_000;
    expect((await fetch(str(json.url))).status).toBe(401);
  });

  test("redirects a browser to the sandbox's own origin", async () => {
    const { api, ports, daytona } = await show();
    const { json } = await api("GET", `${ports}/signed-preview-url`);
    // Node's fetch has a sec-fetch-mode of its own.
    const request = get(`${str(json.url)}a?b`, { headers: { "sec-fetch-mode": "navigate" } });
    const [page] = (await once(request, "response")) as [IncomingMessage];
    page.resume();
    expect(page.statusCode).toBe(307);
    const { host, pathname } = new URL(page.headers.location!);
    const { port } = new URL(daytona.url);
    expect(host).toMatch(new RegExp(`^\\d+-[0-9a-f]{32}\\.localhost:${port}$`));
    expect(pathname).toBe("/a");

    // Where a browser goes from there; names below localhost aren't resolved by every system.
    const direct = get(`${daytona.url}/absolute/path`, { headers: { host } });
    const [answer] = (await once(direct, "response")) as [IncomingMessage];
    expect(await text(answer)).toBe("GET /absolute/path ");
  });

  test("serves neither the emulator itself nor a stopped sandbox", async () => {
    const { api, id, isIn, daytona, ports } = await show();
    const own = `/sandbox/${id}/ports/${new URL(daytona.url).port}/signed-preview-url`;
    expect((await fetch(str((await api("GET", own)).json.url))).status).toBe(400);
    const { json } = await api("GET", `${ports}/signed-preview-url`);
    await api("POST", `/sandbox/${id}/stop`);
    await isIn("stopped");
    expect((await fetch(str(json.url))).status).toBe(400);
  });
});
