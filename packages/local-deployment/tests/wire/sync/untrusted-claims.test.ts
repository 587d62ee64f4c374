/** Claims of a client that are checked: whose mutation it sends again, and where its page ends. */
import { ConvexHttpClient } from "convex/browser";
import { describe, expect, test } from "vitest";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { RawClient } from "../support/sync.ts";
import { aToken } from "../support/tokens.ts";

const fixture = fixtureDeployment();
const http = () => new ConvexHttpClient(fixture.current.url, { logger: false });
const raw = (session?: Parameters<typeof RawClient.open>[1]) =>
  RawClient.open(fixture.current.url, session);
let groups = 0;
const aGroup = () => `trust ${++groups}`;
const add = (group: string, name: string, rank: number) =>
  http().mutation(api.things.add, { group, name, rank });

describe("mutations", () => {
  test("sent again by another caller, or for another function, are refused, and their result is not revealed", async () => {
    const [group, id] = [aGroup(), crypto.randomUUID()];
    const as = async (token: string | undefined, path: string) => {
      const client = await raw({ id });
      if (token !== undefined) client.authenticate(0, token);
      client.mutate(1, path, { group, name: "secret" });
      const answer = await client.next((message) => message.type === "MutationResponse");
      client.close();
      return answer;
    };
    const first = await as(aToken({ sub: "ada", name: "Ada" }), "things:add");
    expect(first.success).toBe(true);
    for (const [token, path] of [
      [aToken({ sub: "eve" }), "things:add"],
      [undefined, "things:add"],
      [aToken({ sub: "ada" }), "things:rename"],
    ] as const) {
      const answer = await as(token, path);
      expect(answer.success).toBe(false);
      expect(answer.result).toContain("SessionRequestMismatch");
      expect(JSON.stringify(answer)).not.toContain(String(first.result));
    }
    const admin = await raw({ id });
    const { adminKey } = fixture.current;
    admin.send({ type: "Authenticate", tokenType: "Admin", value: adminKey, baseVersion: 0 });
    admin.mutate(1, "things:add", { group, name: "secret" });
    expect((await admin.next((m) => m.type === "MutationResponse")).success).toBe(false);
    // A refreshed token and the path's other spelling: it is still her mutation.
    const again = await as(aToken({ sub: "ada", name: "Ada L.", jti: "2" }), "things.js:add");
    expect(again).toMatchObject({ success: true, result: first.result, ts: first.ts });
    expect(await http().query(api.things.count, { group })).toBe(1);
  });
});

describe("pages", () => {
  test("with an end cursor have all documents up to it, and recommend a split", async () => {
    const group = aGroup();
    for (let rank = 0; rank < 10; rank++) await add(group, String(rank), rank);
    const read = async (options: object) =>
      (await http().query(api.things.page, {
        group,
        paginationOpts: { cursor: null, numItems: 100, ...options },
      })) as {
        page: string[];
        isDone: boolean;
        continueCursor: string;
        splitCursor: string | null;
        pageStatus: string | null;
      };
    const names = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => String(from + n));
    const eight = await read({ numItems: 8 });
    expect(eight).toMatchObject({ page: names(0, 8), pageStatus: null });
    // The page ends before it is full, as only that many documents may be read.
    const stopped = await read({ maximumRowsRead: 4 });
    expect(stopped).toMatchObject({ page: names(0, 4), pageStatus: "SplitRequired" });
    // As in production, the page ends at the cursor, and the status depends on the bounds.
    const bounds = { numItems: 1, maximumRowsRead: 4, endCursor: eight.continueCursor };
    const bounded = await read(bounds);
    expect(bounded).toMatchObject({
      page: names(0, 8),
      continueCursor: eight.continueCursor,
      pageStatus: "SplitRecommended",
    });
    const first = await read({ endCursor: bounded.splitCursor });
    const second = await read({ cursor: bounded.splitCursor, endCursor: eight.continueCursor });
    expect(first).toMatchObject({ page: names(0, 5), pageStatus: null });
    expect(second).toMatchObject({ page: names(5, 8), pageStatus: null });
    expect(await read({ maximumRowsRead: 13 })).toMatchObject({
      page: names(0, 10),
      isDone: true,
      pageStatus: "SplitRecommended",
    });
  });
});
