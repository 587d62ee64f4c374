import { ConvexHttpClient } from "convex/browser";
import { describe, expect, test } from "vitest";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { RawClient, decodeTs, encodeTs, liveClient, watch } from "../support/sync.ts";
import { aForgedToken, aToken } from "../support/tokens.ts";

const fixture = fixtureDeployment();
const http = () => new ConvexHttpClient(fixture.current.url, { logger: false });
const live = () => liveClient(fixture.current.url);
const raw = (session?: Parameters<typeof RawClient.open>[1]) =>
  RawClient.open(fixture.current.url, session);
let groups = 0;
const aGroup = () => `sync ${++groups}`;
const add = (group: string, name: string, rank?: number) =>
  http().mutation(api.things.add, { group, name, ...(rank === undefined ? {} : { rank }) });

describe("live queries", () => {
  test("are re-run when a commit writes into what they read, and not otherwise", async () => {
    const [mine, other] = [aGroup(), aGroup()];
    await add(mine, "a");
    const client = live();
    const names = watch(client, api.things.names, { group: mine });
    await names.until(() => names.seen.length === 1);
    // Each run shows another number: an update is a run.
    await add(other, "b");
    await http().mutation(api.reading.write, { table: "ticks", value: { by: other } });
    await add(mine, "c");
    await names.until(() => names.seen.at(-1)?.names.length === 2);
    expect(names.seen.map((seen) => seen.names)).toEqual([["a"], ["a", "c"]]);
  });

  test("of the first documents of an index depend on those only", async () => {
    const group = aGroup();
    for (const rank of [1, 2, 3]) await add(group, String(rank), rank);
    const client = live();
    const first = watch(client, api.things.first, { group, limit: 2 });
    await first.until(() => first.seen.length === 1);
    await add(group, "4", 4);
    await add(group, "1.5", 1.5);
    await first.until(() => first.seen.at(-1)?.names.includes("1.5") === true);
    expect(first.seen.map((seen) => seen.names)).toEqual([
      ["1", "2"],
      ["1", "1.5"],
    ]);
  });

  test("of an empty table are updated by its first document", async () => {
    const client = live();
    const id = (await http().mutation(api.reading.write, {
      table: "anything",
      value: { a: 1 },
    })) as never;
    const got = watch(client, api.reading.get, { id });
    await got.until(() => got.seen.length === 1);
    await http().mutation(api.reading.patch, { id, value: { a: 2 } });
    await got.until(() => got.seen.length === 2);
    expect(got.seen.at(-1)).toMatchObject({ a: 2 });
  });

  test("of one client all show the same timestamp", async () => {
    const group = aGroup();
    const [from, to] = await http().mutation(api.reading.seed, { group, ranks: [0, 0] });
    const client = await raw();
    client.add(1, "things:rank", { id: from });
    client.add(2, "things:rank", { id: to });
    const ranks = new Map<number, number>();
    const moves = Promise.all(
      Array.from({ length: 30 }, () => http().mutation(api.things.move, { from: from!, to: to! })),
    );
    while (ranks.get(1) !== -30) {
      const { modifications } = await client.next((message) => message.type === "Transition");
      for (const { queryId, value } of modifications!) ranks.set(queryId, value as number);
      if (ranks.size === 2) expect(ranks.get(1)! + ranks.get(2)!).toBe(0);
    }
    await moves;
  });

  test("that one client has twice: one is still updated when the other is removed", async () => {
    const group = aGroup();
    const client = await raw();
    client.add(1, "things:count", { group });
    await client.update(1);
    client.add(2, "things:count", { group });
    await client.update(2);
    client.modify({ type: "Remove", queryId: 1 });
    await client.next((message) => message.modifications?.[0]?.type === "QueryRemoved");
    await add(group, "a");
    expect((await client.update(2)).value).toBe(1);
  });

  test("show an error while their function fails, and a value once it succeeds", async () => {
    const group = aGroup();
    await add(group, "a");
    await add(group, "b");
    const client = live();
    const unique = watch(client, api.reading.unique, { group });
    await unique.until(() => unique.errors.length === 1);
    expect(unique.errors[0]?.message).toContain("unique()");
    const ids = await http().query(api.reading.ids, { group });
    await http().mutation(api.things.remove, { id: ids[0]! });
    await unique.until(() => unique.seen.at(-1) === "b");
    const client2 = live();
    const refuses = watch(client2, api.calls.refuses, {});
    await refuses.until(() => refuses.errors.length === 1);
    expect(refuses.errors[0]).toMatchObject({ data: { code: "REFUSED", count: 3n } });
  });

  test("are updated for two hundred clients", async () => {
    const group = aGroup();
    const clients = await Promise.all(Array.from({ length: 200 }, () => raw()));
    for (const client of clients) client.add(1, "things:names", { group });
    await Promise.all(clients.map((client) => client.update(1)));
    await add(group, "for all");
    const second = await Promise.all(clients.map((client) => client.update(1)));
    for (const { value } of second) expect(value).toMatchObject({ names: ["for all"] });
    // One run serves all clients that have the same query.
    const runs = (updates: typeof second) =>
      new Set(updates.map(({ value }) => (value as { run: number }).run));
    expect(runs(second).size).toBe(1);
  });

  test("of many megabytes are sent in chunks, and other clients are served meanwhile", async () => {
    const client = live();
    const filling = "\ud83d\ude00x";
    const large = watch(client, api.things.large, { megabytes: 3, filling });
    await large.until(() => large.seen.length === 1);
    expect(large.seen[0]).toBe(filling.repeat(3_000_000));
    const raws = await raw();
    raws.add(1, "things:large", { megabytes: 6, filling: "y" });
    const chunk = await raws.next((message) => message.type === "TransitionChunk");
    expect(chunk).toMatchObject({ partNumber: 0, totalParts: 2 });
    expect(await raws.next()).toMatchObject({ type: "TransitionChunk", partNumber: 1 });
  });

  test("larger than the socket's buffer arrive complete", async () => {
    const client = live();
    const watched = ["a", "b", "c", "d"].map((filling) =>
      watch(client, api.things.large, { megabytes: 12, filling }),
    );
    for (const one of watched) await one.until(() => one.seen.length === 1);
    expect(watched.map((one) => one.seen[0]?.length)).toEqual(Array(4).fill(12_000_000));
  });
});

describe("mutations", () => {
  test("resolve once the client's queries show their effect", async () => {
    const group = aGroup();
    const client = live();
    const count = watch(client, api.things.count, { group });
    await count.until(() => count.seen.length === 1);
    for (let n = 1; n <= 20; n++) {
      await client.mutation(api.things.add, { group, name: String(n) });
      expect(count.seen.at(-1)).toBe(n);
    }
    // A mutation that changes no live query, and one that fails, resolve too.
    await client.mutation(api.things.add, { group: aGroup(), name: "elsewhere" });
    await expect(client.mutation(api.calls.refusesInMutation, {})).rejects.toMatchObject({
      data: { code: "REFUSED" },
    });
  });

  test("of one client run in order", async () => {
    const group = aGroup();
    const client = live();
    const names = Array.from({ length: 50 }, (_, n) => String(n).padStart(2, "0"));
    await Promise.all(
      names.map((name, rank) => client.mutation(api.things.add, { group, name, rank: 0 * rank })),
    );
    expect((await http().query(api.things.names, { group })).names).toEqual(names);
  });

  test("show their optimistic update at once, and then the result", async () => {
    const group = aGroup();
    const client = live();
    const count = watch(client, api.things.count, { group });
    await count.until(() => count.seen.length === 1);
    await client.mutation(
      api.things.add,
      { group, name: "a" },
      {
        optimisticUpdate: (store) => store.setQuery(api.things.count, { group }, 100),
      },
    );
    await count.until(() => count.seen.at(-1) === 1);
    expect(count.seen).toEqual([0, 100, 1]);
  });

  test("sent again with the same request id are not run again, and have the same response", async () => {
    const [group, id] = [aGroup(), crypto.randomUUID()];
    const first = await raw({ id });
    first.mutate(1, "things:add", { group, name: "once" });
    const answer = await first.next((message) => message.type === "MutationResponse");
    first.close();
    const second = await raw({ id });
    second.modify();
    const transition = await second.next((message) => message.type === "Transition");
    second.mutate(1, "things:add", { group, name: "once" });
    const again = await second.next((message) => message.type === "MutationResponse");
    expect(again).toMatchObject({ success: true, result: answer.result, ts: answer.ts });
    expect(decodeTs(transition.endVersion?.ts)).toBeGreaterThanOrEqual(decodeTs(again.ts));
    // The client's promise waits for a transition after the response, even if it has the result already.
    await second.next((message) => message.type === "Transition");
    expect(await http().query(api.things.count, { group })).toBe(1);
  });

  test("sent again have the timestamps of their commits", async () => {
    const [group, id] = [aGroup(), crypto.randomUUID()];
    const many = Array.from({ length: 300 }, (_, n) => n + 1);
    const answers = async () => {
      const client = await raw({ id });
      const stamps: unknown[] = [];
      for (const n of many) {
        client.mutate(n, "things:add", { group, name: String(n) });
        stamps.push((await client.next((message) => message.type === "MutationResponse")).ts);
      }
      client.close();
      return stamps;
    };
    expect(await answers()).toEqual(await answers());
  });

  test("that failed are run again when they are sent again", async () => {
    const client = await raw();
    client.mutate(1, "calls:refusesInMutation", {});
    expect(await client.next((m) => m.type === "MutationResponse")).toMatchObject({
      success: false,
    });
    client.mutate(1, "things:add", { group: aGroup(), name: "second try" });
    expect(await client.next((m) => m.type === "MutationResponse")).toMatchObject({
      success: true,
    });
  });
});

describe("pages", () => {
  test("have no gaps when documents are inserted, and keep their end", async () => {
    const group = aGroup();
    for (const rank of [10, 20, 30, 40]) await add(group, String(rank), rank);
    const client = await raw();
    const page = (id: number, cursor: string | null, extra: object = {}) =>
      client.add(
        id,
        "things:page",
        { group, paginationOpts: { cursor, numItems: 2, id: 1 } },
        extra,
      );
    type Page = { page: string[]; isDone: boolean; continueCursor: string };
    page(1, null);
    const one = await client.update(1);
    const first = one.value as Page;
    expect(first.page).toEqual(["10", "20"]);
    expect(one.journal).toEqual(expect.any(String));
    page(2, first.continueCursor);
    expect(((await client.update(2)).value as Page).page).toEqual(["30", "40"]);
    await add(group, "15", 15);
    const grown = await client.update(1);
    expect(grown.value).toMatchObject({
      page: ["10", "15", "20"],
      continueCursor: first.continueCursor,
    });
    await add(group, "25", 25);
    expect(((await client.update(2)).value as Page).page).toEqual(["25", "30", "40"]);
    // A client that reconnects sends the journal, and gets the page with the same bounds.
    const other = await raw();
    other.add(
      1,
      "things:page",
      { group, paginationOpts: { cursor: null, numItems: 2, id: 1 } },
      { journal: grown.journal },
    );
    expect(((await other.update(1)).value as Page).page).toEqual(["10", "15", "20"]);
  });
});

describe("authentication", () => {
  test("queries are re-run after sign-in and after sign-out", async () => {
    const client = live();
    const who = watch(client, api.calls.whoAmI, {});
    await who.until(() => who.seen.length === 1);
    client.setAuth(async () => aToken({ sub: "ada" }));
    await who.until(() => who.seen.at(-1)?.subject === "ada");
    client.setAuth(async () => aToken({ sub: "bob" }));
    await who.until(() => who.seen.at(-1)?.subject === "bob");
    client.client.clearAuth();
    await who.until(() => who.seen.at(-1) === null);
  });

  test("a token that expires is fetched again", async () => {
    const client = live();
    let asked = 0;
    client.setAuth(async () => {
      asked++;
      return aToken({
        sub: `ada ${String(asked)}`,
        exp: Math.floor(Date.now() / 1000) + (asked === 1 ? 1 : 600),
      });
    });
    const who = watch(client, api.calls.whoAmI, {});
    await who.until(() => who.seen.some((seen) => seen !== null && seen.subject !== "ada 1"));
    expect(asked).toBeGreaterThan(1);
  });

  test("a connection is closed when its token has expired", async () => {
    const client = await raw();
    client.authenticate(0, aToken({ exp: Math.floor(Date.now() / 1000) + 3 }));
    await client.next((message) => message.endVersion?.identity === 1);
    expect(await client.next((message) => message.type === "AuthError")).toMatchObject({
      authUpdateAttempted: false,
    });
    await client.closed;
  });

  test("an invalid token is an AuthError, and no message sent after it takes effect", async () => {
    const group = aGroup();
    for (const token of [aForgedToken(), "nonsense", "", aToken({ exp: 1 })]) {
      const client = await raw();
      client.authenticate(0, token);
      client.mutate(1, "things:add", { group, name: "signed out" });
      expect(await client.next()).toMatchObject({
        type: "AuthError",
        authUpdateAttempted: true,
        baseVersion: 0,
      });
      await client.closed;
    }
    expect(await http().query(api.things.count, { group })).toBe(0);
  });

  test("a query that was running when another user signed in is re-run for that user", async () => {
    const client = await raw();
    client.add(1, "calls:whoAmISlowly", { milliseconds: 200 });
    client.authenticate(0, aToken({ sub: "late" }));
    for (;;) {
      const { value } = await client.update(1);
      if (value === "late") break;
    }
  });

  test("two users with the same query each get their own result", async () => {
    const clients = await Promise.all(
      ["ada", "bob"].map(async (sub) => {
        const client = await raw();
        client.authenticate(0, aToken({ sub }));
        client.add(1, "calls:whoAmI", {});
        return client;
      }),
    );
    const subjects = await Promise.all(
      clients.map(
        async (client) => ((await client.update(1)).value as { subject: string }).subject,
      ),
    );
    expect(subjects).toEqual(["ada", "bob"]);
  });

  test("internal functions and components can't be called", async () => {
    const client = await raw();
    client.add(1, "calls:secret", {});
    expect((await client.update(1)).errorMessage).toContain("Could not find public function");
    client.add(2, "lib:counts", {}, { componentPath: "counter" });
    expect((await client.update(2)).errorMessage).toContain("Could not find public function");
    client.mutate(1, "ticks:tick", { by: "intruder" });
    expect(await client.next((m) => m.type === "MutationResponse")).toMatchObject({
      success: false,
    });
    client.send({ type: "Authenticate", baseVersion: 0, tokenType: "Admin", value: "local|0000" });
    expect(await client.next()).toMatchObject({ type: "AuthError" });
  });
});

describe("malformed arguments", () => {
  test.each([
    ["arguments that are no object", [5]],
    ["no arguments", []],
    ["a commit timestamp", [{ n: { $commitTs: null } }]],
    ["a bad int64", [{ n: { $integer: "A" } }]],
  ])("a query with %s fails, and no other", async (_what, args) => {
    const client = await raw();
    client.modify({ type: "Add", queryId: 1, udfPath: "calls:double", args });
    expect((await client.update(1)).type).toBe("QueryFailed");
    client.add(2, "calls:double", { n: 2 });
    expect((await client.update(2)).value).toBe(4);
  });

  test("a client that has observed a later timestamp must reconnect", async () => {
    const client = await raw({ maxObservedTimestamp: encodeTs(2n ** 63n) });
    expect((await client.closed).code).toBe(1013);
  });
});

// Last: the deployment is killed.
describe("when the deployment is killed and restarted", () => {
  test("clients resume their live queries, and mutations without a response are run once", async () => {
    const group = aGroup();
    const client = live();
    const count = watch(client, api.things.count, { group });
    await count.until(() => count.seen.length === 1);
    const mutations = Array.from({ length: 200 }, (_, n) =>
      client.mutation(api.things.add, { group, name: String(n) }),
    );
    await Promise.race(mutations);
    await fixture.current.kill();
    await fixture.current.restart();
    await Promise.all(mutations);
    await count.until(() => count.seen.at(-1) === 200);
    const { names } = await http().query(api.things.names, { group });
    expect([...names].sort()).toEqual(Array.from({ length: 200 }, (_, n) => String(n)).sort());
    await add(group, "after");
    await count.until(() => count.seen.at(-1) === 201);
  });

  test("pending scheduled functions run; an action that was running has failed", async () => {
    const group = aGroup();
    const stateOf = (id: never) =>
      http().query(api.jobs.stateOf, { id }) as Promise<{ kind: string }>;
    const waiting = await http().mutation(api.jobs.schedule, {
      what: "tick",
      by: group,
      after: 500,
    });
    const running = await http().mutation(api.jobs.scheduleHang, {});
    const seen = live();
    const state = watch(seen, api.jobs.stateOf, { id: running });
    await state.until(
      () => (state.seen.at(-1) as { kind: string } | undefined)?.kind === "inProgress",
    );
    await fixture.current.kill();
    await fixture.current.restart();
    expect(await stateOf(running as never)).toEqual({
      kind: "failed",
      error: "Transient error while executing action",
    });
    const ticked = watch(seen, api.ticks.count, { by: group });
    await ticked.until(() => ticked.seen.at(-1) === 1);
    expect(await stateOf(waiting as never)).toEqual({ kind: "success" });
  });

  test("timestamps continue from the last one", async () => {
    const before = await raw();
    before.modify();
    const { endVersion } = await before.next((message) => message.type === "Transition");
    await fixture.current.kill();
    await fixture.current.restart();
    const after = await raw({ maxObservedTimestamp: endVersion!.ts });
    after.modify();
    const transition = await after.next((message) => message.type === "Transition");
    expect(decodeTs(transition.endVersion!.ts)).toBeGreaterThanOrEqual(decodeTs(endVersion!.ts));
  });
});

describe("a live query that never ends", () => {
  test("fails once, and other calls are served", async () => {
    const group = aGroup();
    const bystander = await raw();
    bystander.add(1, "things:count", { group });
    await bystander.update(1);
    const client = await raw();
    client.add(1, "rules:endless", {});
    client.add(2, "things:count", { group });
    expect((await client.update(1)).errorMessage).toContain("timed out");
    const began = performance.now();
    for (let n = 1; n <= 3; n++) {
      await add(group, String(n));
      expect((await bystander.update(1)).value).toBe(n);
    }
    const { modifications } = await client.next(
      (message) => message.modifications?.some(({ value }) => value === 3) === true,
    );
    expect(modifications).toHaveLength(1);
    // If it were re-run, it would delay each of these until its time limit.
    expect(performance.now() - began).toBeLessThan(6_000);
  });
});
