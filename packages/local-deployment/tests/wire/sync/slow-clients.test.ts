import { readFileSync } from "node:fs";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { describe, expect, test } from "vitest";
import { within } from "../../../../../tests/support/dev.ts";
import { pushedDeployment } from "../support/deployment.ts";
import { RawClient } from "../support/sync.ts";
import { DeafClient } from "../support/tcp.ts";

const MEGABYTE = 1_000_000;

const FUNCTIONS = {
  "convex/f.ts": `
    import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    const large = (n) => String(n).padEnd(4_000_000, "x");
    const count = async (ctx) => (await ctx.db.query("notes").collect()).length;
    export const counted = query({ handler: count });
    export const large4 = query({ handler: async (ctx) => large(await count(ctx)) });
    export const add = mutation({ handler: async (ctx) => { await ctx.db.insert("notes", {}); return null; } });
    export const addLarge = mutation({ handler: async (ctx) => { await ctx.db.insert("notes", {}); return large(1); } });
    export const actLarge = action({ handler: async () => large(1) });
  `,
};

const pushed = pushedDeployment(FUNCTIONS);

const http = () => new ConvexHttpClient(pushed.current.url, { logger: false });
const count = () => http().query(anyApi.f!.counted!, {}) as Promise<number>;

/** The process's resident memory, in megabytes. */
function rss(): number {
  const status = readFileSync(`/proc/${String(pushed.current.process.pid)}/status`, "utf8");
  return (Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024) / MEGABYTE;
}

/** Another client with a live query. @returns a check that it is still updated */
async function aBystander() {
  const client = await RawClient.open(pushed.current.url);
  client.add(1, "f:counted", {});
  await client.update(1);
  return async () => {
    await http().mutation(anyApi.f!.add!, {});
    const after = await count();
    while (Number((await client.update(1)).value) < after);
  };
}

const ask = (socket: DeafClient, udfPath: string) => {
  socket.send({
    type: "ModifyQuerySet",
    baseVersion: 0,
    newVersion: 1,
    modifications: [{ type: "Add", queryId: 1, udfPath, args: [{}] }],
  });
};

describe("a client that never reads", () => {
  test("and subscribes to large results has only a few of them buffered, and delays no other client", async () => {
    const goesOn = await aBystander();
    const deaf = await Promise.all(
      Array.from({ length: 5 }, () => DeafClient.open(pushed.current.url)),
    );
    for (const one of deaf) ask(one, "f:large4");
    for (let n = 0; n < 10; n++) await goesOn();
    const before = rss();
    for (let n = 0; n < 60; n++) await goesOn();
    // 1,200 MB of results were made stale.
    expect(rss() - before).toBeLessThan(300);
  });

  test("and calls mutations with large results has them run as it reads the results", async () => {
    const goesOn = await aBystander();
    const before = [await count(), rss()] as const;
    const deaf = await DeafClient.open(pushed.current.url);
    for (let n = 1; n <= 60; n++) {
      deaf.send({ type: "Mutation", requestId: n, udfPath: "f:addLarge", args: [{}] });
    }
    await expect.poll(count).toBeGreaterThan(before[0]);
    for (let n = 0; n < 20; n++) await goesOn();
    expect((await count()) - before[0] - 20).toBeLessThan(20);
    expect(rss() - before[1]).toBeLessThan(300);
    deaf.listen();
    await expect.poll(count, { timeout: 45_000 }).toBe(before[0] + 80);
  });

  test("and calls actions with large results is disconnected", async () => {
    const goesOn = await aBystander();
    const deaf = await DeafClient.open(pushed.current.url);
    for (let n = 1; n <= 120; n++) {
      deaf.send({ type: "Action", requestId: n, udfPath: "f:actLarge", args: [{}] });
    }
    await goesOn();
    const sockets = () =>
      readFileSync("/proc/net/tcp", "utf8")
        .split("\n")
        .filter((line) => line.includes(portInHex()) && line.includes(" 01 ")).length;
    const open = sockets();
    await expect.poll(sockets, { timeout: 50_000 }).toBeLessThan(open);
    await goesOn();
    deaf.listen();
    await within(20_000, "the end", deaf.ended);
  });
});

const portInHex = () =>
  `:${Number(new URL(pushed.current.url).port).toString(16).toUpperCase().padStart(4, "0")} `;

describe("a connection over its limit is refused with an error, and other clients are served", () => {
  const refusal = async (client: RawClient) =>
    (await client.next((message) => message.type === "FatalError")).error;
  const adds = (from: number, length: number, udfPath: string, args: object = {}) =>
    Array.from({ length }, (_, n) => ({ type: "Add", queryId: from + n, udfPath, args: [args] }));

  test("live queries", async () => {
    const goesOn = await aBystander();
    const client = await RawClient.open(pushed.current.url);
    client.modify(...adds(0, 4_096, "f:counted"));
    await client.update(4_095);
    client.modify({ type: "Remove", queryId: 7 }, ...adds(5_000, 1, "f:counted"));
    await client.update(5_000);
    client.modify(...adds(6_000, 1, "f:counted"));
    expect(await refusal(client)).toBe("TooManyQueries: one connection may have 4096 live queries");
    await goesOn();
  });

  test("arguments of live queries", async () => {
    const goesOn = await aBystander();
    const client = await RawClient.open(pushed.current.url);
    for (let n = 0; n < 5; n++) {
      client.modify(...adds(n, 1, "f:counted", { x: String(n).padEnd(15 * MEGABYTE, "x") }));
    }
    expect(await refusal(client)).toMatch(/^TooMuchReceived: /);
    await goesOn();
  });

  test("results of live queries", async () => {
    const goesOn = await aBystander();
    const client = await RawClient.open(pushed.current.url);
    client.modify(...adds(0, 17, "f:large4"));
    expect(await refusal(client)).toMatch(/^TooMuchSubscribed: .* 64 MiB$/);
    await goesOn();
  });
});
