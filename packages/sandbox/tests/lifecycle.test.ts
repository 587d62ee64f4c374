import { describe, expect, test } from "vitest";
import { anInput, callsTo, eventually, failureOf, setUp } from "./support.ts";

describe("a sandbox's life", () => {
  test("from create to delete", async () => {
    const { client } = await setUp();
    const made = await client.create(anInput());
    expect(made).toEqual({
      id: expect.stringMatching(/./) as string,
      name: "quaver-p1",
      state: "started",
      recoverable: false,
      labels: expect.objectContaining({ app: "quaver", projectId: "p1" }) as object,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      errorReason: null,
    });
    expect(await client.get(made.id)).toEqual(made);
    expect(await client.get("quaver-p1")).toEqual(made);
    const state = async () => (await client.get(made.id))?.state;
    await client.stop(made.id);
    expect(await state()).toBe("stopped");
    await client.archive(made.id);
    expect(["archiving", "archived"]).toContain(await state());
    await client.start(made.id);
    expect(await state()).toBe("started");
    await client.delete(made.id);
    await eventually(async () => expect(await client.get(made.id)).toBeNull());
  });

  test("a transition that is called for twice is requested once", async () => {
    const { daytona, client } = await setUp({ delaysMs: { archive: 60_000 } });
    const { id } = await client.create(anInput());
    await client.start(id);
    expect(callsTo(daytona, "POST", /start$/)).toBe(0);
    await client.stop(id);
    await client.stop(id);
    expect(callsTo(daytona, "POST", /stop$/)).toBe(1);
    await client.archive(id);
    await client.archive(id);
    expect((await client.get(id))?.state).toBe("archiving");
    expect(callsTo(daytona, "POST", /archive$/)).toBe(1);
  });

  test("two callers at once both succeed", async () => {
    const { client } = await setUp();
    const { id } = await client.create(anInput());
    await Promise.all([client.stop(id), client.stop(id)]);
    expect((await client.get(id))?.state).toBe("stopped");
    await Promise.all([client.start(id), client.start(id)]);
    expect((await client.get(id))?.state).toBe("started");
  });

  test("an operation waits for a transition in progress", async () => {
    const { daytona, client } = await setUp({ delaysMs: { stop: 200 } });
    const { id } = await client.create(anInput());
    const headers = { authorization: `Bearer ${daytona.apiKey}` };
    await fetch(`${daytona.url}/sandbox/${id}/stop`, { method: "POST", headers });
    expect((await client.get(id))?.state).toBe("stopping");
    await client.start(id);
    expect((await client.get(id))?.state).toBe("started");
    expect(callsTo(daytona, "POST", /start$/)).toBe(1);
  });

  test("delete waits for a transition in progress", async () => {
    const { client } = await setUp({ delaysMs: { stop: 1_000 } });
    const { id } = await client.create(anInput());
    const stopping = client.stop(id).catch(() => "deleted meanwhile");
    await eventually(async () => expect((await client.get(id))?.state).toBe("stopping"));
    await client.delete(id);
    await stopping;
    await eventually(async () => expect(await client.get(id)).toBeNull());
  });

  test("a missing sandbox is read as null, and deleting it does nothing", async () => {
    const { client } = await setUp();
    expect(await client.get("missing")).toBeNull();
    await expect(client.delete("missing")).resolves.toBeUndefined();
    for (const operation of ["start", "stop", "archive"] as const) {
      expect((await failureOf(client[operation]("missing"))).code).toBe("NOT_FOUND");
    }
  });

  test("an operation that the state does not allow is refused without a request", async () => {
    const { daytona, client } = await setUp();
    const { id } = await client.create(anInput());
    expect(await failureOf(client.archive(id))).toMatchObject({ code: "INVALID", sandboxId: id });
    expect(callsTo(daytona, "POST", /archive$/)).toBe(0);
  });

  test("a sandbox in an error state fails to start, with Daytona's reason", async () => {
    const { daytona, client } = await setUp();
    const { id } = await client.create(anInput());
    await client.stop(id);
    const kind = { error: "disk full", recoverable: true };
    daytona.faults.add({ method: "POST", path: `/sandbox/${id}/start`, nth: 1, kind });
    expect(await failureOf(client.start(id))).toMatchObject({
      code: "SANDBOX_FAILED",
      retryable: false,
      message: "the sandbox is in an error state: disk full",
    });
    expect(await client.get(id)).toMatchObject({
      state: "error",
      recoverable: true,
      errorReason: "disk full",
    });
  });
});

describe("listing", () => {
  test("is paginated and filtered by labels", async () => {
    const { client } = await setUp();
    for (const n of [1, 2, 3]) {
      await client.create(anInput({ name: `p${n}`, labels: { app: "quaver" } }));
    }
    await client.create(anInput({ name: "other", labels: { app: "other" } }));
    const first = await client.list({ labels: { app: "quaver" }, limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(["p1", "p2"]);
    const cursor = first.nextCursor!;
    const second = await client.list({ labels: { app: "quaver" }, limit: 2, cursor });
    expect(second.items.map(({ name }) => name)).toEqual(["p3"]);
    expect(second.nextCursor).toBeNull();
  });
});

describe("a preview", () => {
  test("has a URL and the time it expires", async () => {
    const { client } = await setUp({}, { now: () => 1_000 });
    const { id } = await client.create(anInput());
    const preview = await client.previewUrl(id, { port: 3000, expiresInSeconds: 120 });
    expect(preview.expiresAt).toBe(121_000);
    expect(preview.isListening).toBe(false);
    // Only an authorized request gets that answer.
    expect((await fetch(preview.url)).status).toBe(502);
  });
});

describe("arguments", () => {
  test.each(["", ".", "..", "../sandbox", "a/b", "a?b", "a#b", "%2e%2e", "a".repeat(300)])(
    "%j is no id",
    async (id) => {
      const { daytona, client } = await setUp();
      for (const work of [client.get(id), client.start(id), client.delete(id)]) {
        expect(await failureOf(work)).toMatchObject({ code: "INVALID", retryable: false });
      }
      expect(daytona.faults.calls()).toEqual([]);
    },
  );

  test("out of range are refused before anything is sent", async () => {
    const { daytona, client } = await setUp();
    const refused = [
      client.create(anInput({ name: "" })),
      client.create(anInput({ autoStopMinutes: -1 })),
      client.create(anInput({ autoArchiveMinutes: 0.5 })),
      client.list({ labels: {}, limit: 0 }),
      client.previewUrl("id", { port: 0, expiresInSeconds: 60 }),
      client.previewUrl("id", { port: 80, expiresInSeconds: 100_000 }),
    ];
    for (const work of refused) expect((await failureOf(work)).code).toBe("INVALID");
    expect(daytona.faults.calls()).toEqual([]);
  });
});
