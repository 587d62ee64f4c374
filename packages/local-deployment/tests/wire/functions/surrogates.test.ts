import { ConvexHttpClient } from "convex/browser";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { api } from "../support/api.ts";
import { fixtureDeployment } from "../support/deployment.ts";
import { answerOf, post } from "../support/http.ts";
import { RawClient } from "../support/sync.ts";

const fixture = fixtureDeployment();
const at = (path: string) => `${fixture.current.url}${path}`;
const client = () => new ConvexHttpClient(fixture.current.url, { logger: false });

const HALF = /(lone leading surrogate in|unexpected end of) hex escape at line 1 column \d+/;

describe("half a surrogate pair is refused", () => {
  test.each([
    ["in an argument", "/api/query", '{"path":"calls:echo","args":{"value":"\\ud800"}}'],
    ["in a mutation's", "/api/mutation", '{"path":"things:add","args":{"name":"\\uD800x"}}'],
    ["in a field's name", "/api/query", '{"path":"calls:echo","args":{"value":{"\\ud800":1}}}'],
    ["in a path", "/api/query", '{"path":"calls:\\ud800","args":{}}'],
    ["in a batch", "/api/query_batch", '{"queries":[{"path":"calls:\\ud800","args":{}}]}'],
    ["in /api/run", "/api/run/calls/echo", '{"args":{"value":"\\ud800"}}'],
  ])("%s", async (_where, path, body) => {
    const { status, json } = await post(at(path), body);
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: "BadJsonBody",
      message: expect.stringMatching(HALF) as unknown,
    });
  });

  test("in the arguments of a GET, as an escape or as bytes that are not UTF-8", async () => {
    const get = async (args: string) =>
      answerOf(await fetch(at(`/api/query?path=calls:echo&args=${args}`)));
    const escaped = await get(encodeURIComponent('{"value":"\\ud800"}'));
    expect(escaped.status).toBe(400);
    expect(escaped.json?.message).toMatch(HALF);
    const bytes = await get("%7B%22value%22%3A%22%ED%A0%80%22%7D");
    expect(bytes).toMatchObject({ status: 400, json: { code: "BadQueryArgs" } });
  });

  test("in a body's bytes that are not UTF-8", async () => {
    const body = Buffer.concat([
      Buffer.from('{"path":"calls:echo","args":{"value":"'),
      Buffer.of(0xed, 0xa0, 0x80),
      Buffer.from('"}}'),
    ]);
    const response = await fetch(at("/api/query"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { status, json } = await answerOf(response);
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: "BadJsonBody",
      message: expect.stringContaining("UTF-8") as unknown,
    });
  });

  test.each([
    [
      "Add",
      '{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add","queryId":1,"udfPath":"calls:echo","args":[{"value":"\\ud800"}]}]}',
    ],
    ["Mutation", '{"type":"Mutation","requestId":1,"udfPath":"things:\\ud800","args":[{}]}'],
  ])("in a WebSocket's %s message, which ends the session", async (_type, message) => {
    const socket = await RawClient.open(fixture.current.url);
    socket.send(message);
    const fatal = await socket.next((m) => m.type === "FatalError");
    expect(fatal.error).toMatch(HALF);
  });

  test("in functions' writes, reads, schedules and calls", async () => {
    const refusals = {
      ...(await client().mutation(api.surrogates.used, {})),
      ...(await client().action(api.surrogates.usedByAction, {})),
    };
    expect(Object.keys(refusals)).toEqual(["insert", "patch", "range", "schedule", "query"]);
    for (const refusal of Object.values(refusals)) {
      expect(refusal).toMatch(/^Received invalid json: /);
      expect(refusal).toMatch(HALF);
    }
  });

  test.each(["returned", "returnedByMutation", "returnedByAction"])("in what %s", async (name) => {
    const kind = { returnedByMutation: "mutation", returnedByAction: "action" }[name] ?? "query";
    const { json } = await post(at(`/api/${kind}`), { path: `surrogates:${name}`, args: {} });
    expect(json?.errorMessage).toContain(
      `Function surrogates.js:${name} failed. Could not parse return value as json: unexpected end of hex escape`,
    );
  });
});

test("a binary message ends the session", async () => {
  const socket = new WebSocket(`${fixture.current.url.replace("http", "ws")}/api/1.48.0/sync`);
  await new Promise((resolve) => socket.once("open", resolve));
  const message = new Promise((resolve) => {
    socket.once("message", (data: Buffer) => {
      resolve(JSON.parse(data.toString("utf8")));
    });
  });
  socket.send(Buffer.from('{"type":"Event","eventType":"x","event":1}'));
  expect(await message).toEqual({
    type: "FatalError",
    error: "BadMessage: messages are text, not binary",
  });
});
