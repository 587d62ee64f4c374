/** The program that a sandbox starts with, and how two sandboxes on one machine can both serve port 3000. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { aDataDir, aDaytona, call, eventually, isAlive, str } from "../support/emulators.ts";

/** Serves the sandbox's id on the port it is given, and leaves its process id in a file. */
const SERVER = `
  require("node:fs").writeFileSync("pid", String(process.pid));
  require("node:http")
    .createServer((_, response) => response.end(process.env.DAYTONA_SANDBOX_ID))
    .listen(process.env.PORT, "127.0.0.1");
`;
const ENTRYPOINT = `exec "${process.execPath}" -e '${SERVER}'`;

async function anEmulator({ dataDir = aDataDir(), entrypoint = ENTRYPOINT } = {}) {
  const daytona = await aDaytona({ dataDir, entrypoint });
  const api = (method: string, path: string, body?: unknown) =>
    call(method, daytona.url + path, body, { authorization: `Bearer ${daytona.apiKey}` });
  const isIn = (id: string, state: string) =>
    eventually(async () => expect((await api("GET", `/sandbox/${id}`)).json.state).toBe(state));
  return {
    daytona,
    dataDir,
    api,
    isIn,
    create: async () => {
      const id = str((await api("POST", "/sandbox", {})).json.id);
      await isIn(id, "started");
      return id;
    },
    /** The response of a preview of port 3000, once a server listens there. */
    preview: async (id: string) => {
      const path = `/sandbox/${id}/ports/3000/signed-preview-url?expiresInSeconds=60`;
      const url = str((await api("GET", path)).json.url);
      return await eventually(async () => {
        const response = await fetch(url);
        expect(response.status).toBe(200);
        return await response.text();
      });
    },
    pidFile: (id: string) => join(dataDir, "sandboxes", id, "home", "pid"),
  };
}

function pidIn(file: string): number {
  return Number(readFileSync(file, "utf8"));
}

describe("an entrypoint", () => {
  test("of each of two sandboxes serves port 3000 to its own sandbox's preview", async () => {
    const { create, preview } = await anEmulator();
    const [one, other] = [await create(), await create()];
    expect(await preview(one)).toBe(one);
    expect(await preview(other)).toBe(other);
  });

  test("stops and starts with its sandbox", async () => {
    const { create, preview, api, isIn, pidFile } = await anEmulator();
    const id = await create();
    await preview(id);
    const pid = pidIn(pidFile(id));
    await api("POST", `/sandbox/${id}/stop`);
    await isIn(id, "stopped");
    await eventually(() => expect(isAlive(pid)).toBe(false));
    await api("POST", `/sandbox/${id}/start`);
    expect(await preview(id)).toBe(id);
    expect(pidIn(pidFile(id))).not.toBe(pid);
  });

  test("ends and starts with the emulator", async () => {
    const { create, preview, daytona, dataDir, pidFile } = await anEmulator();
    const id = await create();
    await preview(id);
    const pid = pidIn(pidFile(id));
    expect(isAlive(pid)).toBe(true);
    await daytona.close();
    await eventually(() => expect(isAlive(pid)).toBe(false));
    rmSync(pidFile(id));
    const next = await anEmulator({ dataDir });
    expect(await next.preview(id)).toBe(id);
    expect(existsSync(pidFile(id))).toBe(true);
  });
});

test("every process has the port that stands for 3000 as PORT, unless the sandbox sets PORT", async () => {
  const { api, create, isIn } = await anEmulator({ entrypoint: "true" });
  const portIn = async (id: string) => {
    const command = { command: "echo $PORT" };
    return (await api("POST", `/toolbox/${id}/process/execute`, command)).json.result;
  };
  const [one, other] = [await create(), await create()];
  expect(await portIn(one)).toMatch(/^2\d{4}\n$/);
  expect(await portIn(other)).not.toBe(await portIn(one));
  const own = str((await api("POST", "/sandbox", { env: { PORT: "3000" } })).json.id);
  await isIn(own, "started");
  expect(await portIn(own)).toBe("3000\n");
});
