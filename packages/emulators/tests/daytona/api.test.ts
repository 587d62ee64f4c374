import { describe, expect, test } from "vitest";
import type { DaytonaEmulator } from "../../src/index.ts";
import type { Json } from "../support/emulators.ts";
import { aDataDir, aDaytona, AT_ONCE, call, eventually, str } from "../support/emulators.ts";

/** The API with its key, below `/sandbox`. */
function api({ url, apiKey }: Pick<DaytonaEmulator, "url" | "apiKey">) {
  return (method: string, path = "", body?: unknown) =>
    call(method, `${url}/sandbox${path}`, body, { authorization: `Bearer ${apiKey}` });
}

type Api = ReturnType<typeof api>;

async function reaches(ask: Api, id: unknown, state: string): Promise<Json> {
  return await eventually(async () => {
    const { json } = await ask("GET", `/${str(id)}`);
    expect(json.state).toBe(state);
    return json;
  });
}

const SLOW = { create: 60_000, start: 60_000, stop: 60_000, archive: 60_000, destroy: 60_000 };

describe("creating", () => {
  test("goes through creating to started, with Daytona's defaults", async () => {
    const ask = api(await aDaytona({ delaysMs: { create: 20 } }));
    const { status, json } = await ask("POST", "", {});
    expect(status).toBe(200);
    expect(json).toMatchObject({
      name: json.id,
      state: "creating",
      public: false,
      labels: {},
      autoStopInterval: 15,
      autoArchiveInterval: 10_080,
      autoDeleteInterval: -1,
    });
    await reaches(ask, json.id, "started");
  });

  test("with the delay 'until seen' ends once it has been read, also after a restart", async () => {
    const dataDir = aDataDir();
    const options = { dataDir, delaysMs: { create: "until seen", stop: "until seen" } } as const;
    const first = await aDaytona(options);
    const { json } = await api(first)("POST", "", { name: "p" });
    expect(json.state).toBe("creating");
    expect((await api(first)("POST", "/p/stop")).status).toBe(409);
    await first.close();
    const ask = api(await aDaytona(options));
    expect((await ask("GET")).json.items).toMatchObject([{ state: "creating" }]);
    expect((await ask("GET", "/p")).json.state).toBe("creating");
    expect((await ask("GET", "/p")).json.state).toBe("started");
    expect((await ask("POST", "/p/stop")).json.state).toBe("stopping");
    expect((await ask("GET", "/p")).json.state).toBe("stopping");
    expect((await ask("GET", "/p")).json.state).toBe("stopped");
  });

  test("refuses a taken name, until its sandbox is being deleted", async () => {
    const ask = api(await aDaytona({ delaysMs: { ...AT_ONCE, destroy: 60_000 } }));
    const first = await ask("POST", "", { name: "p" });
    const second = await ask("POST", "", { name: "p" });
    expect(second.status).toBe(409);
    expect(second.json.message).toBe("Sandbox with name p already exists");
    await reaches(ask, first.json.id, "started");
    expect((await ask("DELETE", "/p")).json.state).toBe("destroying");
    expect((await ask("GET", "/p")).status).toBe(404);
    expect((await ask("POST", "", { name: "p" })).status).toBe(200);
    expect((await ask("GET", `/${str(first.json.id)}`)).json.state).toBe("destroying");
  });

  test("of concurrent requests with one name succeeds once", async () => {
    const ask = api(await aDaytona());
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask("POST", "", { name: "p" })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  });

  test.each([
    ["malformed JSON", "{", 400],
    ["an empty name", { name: "" }, 400],
    ["labels that aren't text", { labels: { a: 1 } }, 400],
    ["an interval below 0", { autoStopInterval: -1 }, 400],
    ["an interval that isn't whole", { autoStopInterval: 1.5 }, 400],
    ["what it can't do", { volumes: [{ volumeId: "v", mountPath: "/v" }] }, 501],
  ])("refuses %s", async (_, body, expected) => {
    const ask = api(await aDaytona());
    expect((await ask("POST", "", body)).status).toBe(expected);
    expect((await ask("GET")).json.items).toEqual([]);
  });

  test("can be made to end in an error state, from which the sandbox can be recovered", async () => {
    const daytona = await aDaytona();
    const ask = api(daytona);
    const kind = { error: "no runner", recoverable: true };
    daytona.faults.add({ method: "POST", path: "/sandbox", nth: 1, kind });
    const refused = await ask("POST", "", { name: "p" });
    expect(refused.status).toBe(400);
    expect(refused.json.message).toBe("Sandbox failed to start: no runner");
    const { json } = await ask("GET", "/p");
    expect((await ask("POST", "", { name: "p" })).status).toBe(409);
    expect(json).toMatchObject({ state: "error", errorReason: "no runner", recoverable: true });
    expect((await ask("POST", `/${str(json.id)}/start`)).status).toBe(400);
    await ask("POST", `/${str(json.id)}/recover`);
    const cured = await reaches(ask, json.id, "started");
    expect(cured).not.toHaveProperty("errorReason");
  });
});

describe("a sandbox's lifecycle", () => {
  test("has start, stop, archive, start from the archive, and delete", async () => {
    const ask = api(await aDaytona());
    const { id } = (await ask("POST", "", { name: "p" })).json;
    const go = (operation: string) => ask("POST", `/${str(id)}/${operation}`);
    await reaches(ask, id, "started");
    expect((await go("stop?force=false")).json.state).toBe("stopping");
    await reaches(ask, id, "stopped");
    expect((await go("archive")).json.state).toBe("archiving");
    await reaches(ask, id, "archived");
    expect((await go("start")).json.state).toBe("restoring");
    await reaches(ask, id, "started");
    await ask("DELETE", `/${str(id)}`);
    await eventually(async () => expect((await ask("GET", `/${str(id)}`)).status).toBe(404));
  });

  test("returns 409 during a transition", async () => {
    const ask = api(await aDaytona({ delaysMs: SLOW }));
    const { id } = (await ask("POST", "", {})).json;
    for (const operation of ["stop", "start", "archive", "recover"]) {
      expect((await ask("POST", `/${str(id)}/${operation}`)).status).toBe(409);
    }
    expect((await ask("DELETE", `/${str(id)}`)).status).toBe(409);
  });

  test("has an idle stop, and a delete on stop if configured", async () => {
    const ask = api(await aDaytona({ minuteMs: 40 }));
    const idle = await ask("POST", "", { autoStopInterval: 1 });
    await reaches(ask, idle.json.id, "stopped");
    const fleeting = await ask("POST", "", { autoStopInterval: 1, autoDeleteInterval: 0 });
    await eventually(async () =>
      expect((await ask("GET", `/${str(fleeting.json.id)}`)).status).toBe(404),
    );
  });
});

describe("listing", () => {
  const fill = async (ask: Api) => {
    for (const n of [0, 1, 2, 3, 4]) {
      await ask("POST", "", { name: `p${n}`, labels: { app: "quaver", parity: `${n % 2}` } });
    }
    await ask("POST", "", { name: "other", labels: { app: "other" } });
  };
  const names = (json: Json) => (json.items as unknown as { name: string }[]).map((i) => i.name);
  const query = (fields: Record<string, string>) => `?${new URLSearchParams(fields).toString()}`;

  test("returns those with all the labels, without their environment", async () => {
    const ask = api(await aDaytona());
    await fill(ask);
    const labels = JSON.stringify({ app: "quaver", parity: "1" });
    const { json } = await ask("GET", query({ labels }));
    expect(names(json)).toEqual(["p1", "p3"]);
    expect(json.nextCursor).toBeNull();
    expect((json.items as unknown as object[])[0]).not.toHaveProperty("env");
  });

  test("is paginated without repeating or losing any", async () => {
    const ask = api(await aDaytona());
    await fill(ask);
    const labels = JSON.stringify({ app: "quaver" });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask("GET", query({ labels, limit: "2", ...(cursor ? { cursor } : {}) }));
      seen.push(...names(page.json));
      cursor = (page.json.nextCursor as unknown as string | null) ?? undefined;
    } while (cursor);
    expect(seen).toEqual(["p0", "p1", "p2", "p3", "p4"]);
  });

  test("returns those in given states", async () => {
    const ask = api(await aDaytona());
    await fill(ask);
    await reaches(ask, "p0", "started");
    await ask("POST", "/p0/stop");
    await reaches(ask, "p0", "stopped");
    const { json } = await ask("GET", "?states=stopped&states=archived");
    expect(names(json)).toEqual(["p0"]);
  });

  test.each(["?limit=0", "?limit=x", "?labels={", "?cursor=nonsense", "?sort=name"])(
    "refuses %s",
    async (bad) => {
      const ask = api(await aDaytona());
      expect((await ask("GET", bad)).status).toBe(400);
    },
  );
});

describe("a restart", () => {
  test("keeps sandboxes, and completes transitions in progress", async () => {
    const dataDir = aDataDir();
    const first = await aDaytona({ dataDir, delaysMs: { ...SLOW, create: 0 } });
    const before = api(first);
    const started = await before("POST", "", { name: "started", labels: { a: "b" } });
    const stopping = await before("POST", "", { name: "stopping" });
    const destroying = await before("POST", "", { name: "destroying" });
    await reaches(before, started.json.id, "started");
    await reaches(before, destroying.json.id, "started");
    await before("POST", "/stopping/stop");
    await before("DELETE", "/destroying");
    await first.close();

    const second = await aDaytona({ dataDir });
    expect(second.apiKey).toBe(first.apiKey);
    const after = api(second);
    expect(await reaches(after, started.json.id, "started")).toMatchObject({ labels: { a: "b" } });
    await reaches(after, stopping.json.id, "stopped");
    await eventually(async () =>
      expect((await after("GET", `/${str(destroying.json.id)}`)).status).toBe(404),
    );
  });
});

describe("authorization", () => {
  test.each([undefined, "", "Bearer ", "Bearer wrong", "Basic x"])("not %j", async (header) => {
    const { url } = await aDaytona();
    const headers = header === undefined ? {} : { authorization: header };
    const { status, json } = await call("GET", `${url}/sandbox`, undefined, headers);
    expect(status).toBe(401);
    expect(json).toMatchObject({ statusCode: 401, error: "Unauthorized" });
  });

  test("names an unsupported route", async () => {
    const ask = api(await aDaytona());
    const { status, json } = await ask("POST", "/x/fork");
    expect(status).toBe(501);
    expect(json.message).toBe("the Daytona emulator has no POST /sandbox/x/fork");
  });
});
