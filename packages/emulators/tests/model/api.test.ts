/** The API's shapes, and what it refuses, as OpenAI's does. */
import { describe, expect, test } from "vitest";
import type { ModelEmulator } from "../../src/index.ts";
import { aDataDir, call } from "../support/emulators.ts";
import { aModel } from "../support/model.ts";

const USER = { role: "user", content: "Make a poll" };
const WRITE = { type: "function", function: { name: "write", parameters: { type: "object" } } };
const CALL = { id: "call_1", type: "function", function: { name: "write", arguments: "{}" } };

function post(model: ModelEmulator, body: object | string, key = model.apiKey) {
  const headers = { authorization: `Bearer ${key}` };
  return call("POST", `${model.url}/v1/chat/completions`, body, headers);
}

/** The chunks of a streamed answer, without their framing. */
async function chunksOf(model: ModelEmulator, body: object) {
  const text = String((await post(model, { model: model.model, stream: true, ...body })).json);
  return text
    .trim()
    .split("\n\n")
    .map((event) => event.replace(/^data: /, ""));
}

test("a streamed answer comes in chunks, with its usage if asked for, and ends with [DONE]", async () => {
  const model = await aModel();
  const chunks = await chunksOf(model, {
    messages: [USER],
    tools: [WRITE],
    stream_options: { include_usage: true },
  });
  expect(chunks.pop()).toBe("[DONE]");
  const parsed = chunks.map((chunk) => JSON.parse(chunk) as Record<string, never>);
  expect(parsed[0]).toMatchObject({
    id: expect.stringMatching(/^chatcmpl-/) as string,
    object: "chat.completion.chunk",
    model: model.model,
    choices: [{ index: 0, delta: { role: "assistant" }, finish_reason: null }],
  });
  expect(parsed.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: "tool_calls" }] });
  expect(parsed.at(-1)).toMatchObject({
    choices: [],
    usage: { total_tokens: expect.any(Number) as number },
  });
});

test("the arguments of a call come in pieces, which together are JSON", async () => {
  const model = await aModel();
  const listing = { role: "tool", tool_call_id: "call_1", content: "" };
  const look = { ...CALL, function: { name: "read", arguments: '{"filePath":"."}' } };
  const messages = [USER, { role: "assistant", content: null, tool_calls: [look] }, listing];
  const chunks = await chunksOf(model, { messages, tools: [WRITE] });
  const calls = chunks.slice(0, -1).flatMap((chunk) => {
    const { choices } = JSON.parse(chunk) as { choices: { delta: { tool_calls?: Piece[] } }[] };
    return choices[0]?.delta.tool_calls ?? [];
  });
  expect(calls[0]).toMatchObject({ index: 0, type: "function", function: { name: "write" } });
  expect(calls.length).toBeGreaterThan(10);
  const args = calls.map((piece) => piece.function.arguments).join("");
  expect(JSON.parse(args)).toMatchObject({ filePath: "style.css" });
});

interface Piece {
  function: { arguments: string };
}

test("an answer that isn't streamed is one object", async () => {
  const model = await aModel();
  const { json } = await post(model, { model: model.model, messages: [USER], tools: [WRITE] });
  expect(json).toMatchObject({
    object: "chat.completion",
    choices: [{ message: { role: "assistant", content: null }, finish_reason: "tool_calls" }],
  });
});

test("the models can be listed", async () => {
  const model = await aModel();
  const headers = { authorization: `Bearer ${model.apiKey}` };
  const { json } = await call("GET", `${model.url}/v1/models`, undefined, headers);
  expect(json).toMatchObject({ object: "list", data: [{ id: model.model, object: "model" }] });
  const one = await call("GET", `${model.url}/v1/models/gpt-9`, undefined, headers);
  expect(one).toMatchObject({ status: 404, json: { error: { code: "model_not_found" } } });
});

test("the key stays in the data folder", async () => {
  const dataDir = aDataDir();
  const first = await aModel({ dataDir });
  await first.close();
  expect((await aModel({ dataDir })).apiKey).toBe(first.apiKey);
  expect((await aModel()).apiKey).not.toBe(first.apiKey);
});

test("pages of other origins may not call", async () => {
  const model = await aModel({ origins: ["http://localhost:5173"] });
  const from = (origin: string) =>
    call("GET", `${model.url}/v1/models`, undefined, {
      authorization: `Bearer ${model.apiKey}`,
      origin,
    });
  expect((await from("http://localhost:3000")).status).toBe(403);
  expect((await from("http://localhost:5173")).status).toBe(200);
});

describe("the API refuses", () => {
  const valid = { model: "quaver-emulator", messages: [USER] };
  const asks = { role: "assistant", content: null, tool_calls: [CALL] };

  test.each<[string, object | string, object]>([
    ["malformed JSON", "{", { type: "invalid_request_error" }],
    ["no model", { messages: [USER] }, { message: "you must provide a model parameter" }],
    ["no messages", { model: "x" }, { param: "messages", code: "missing_required_parameter" }],
    ["an empty conversation", { ...valid, messages: [] }, { param: "messages" }],
    ["messages that are none", { ...valid, messages: "hi" }, { code: "invalid_type" }],
    [
      "an unknown role",
      { ...valid, messages: [{ role: "cook", content: "" }] },
      { param: "messages[0].role" },
    ],
    [
      "a message without content",
      { ...valid, messages: [{ role: "user" }] },
      { param: "messages[0].content" },
    ],
    [
      "an empty assistant message",
      { ...valid, messages: [{ role: "assistant", content: null }] },
      { param: "messages[0].content" },
    ],
    [
      "an unknown parameter",
      { ...valid, temprature: 1 },
      { param: "temprature", code: "unknown_parameter" },
    ],
    ["a temperature of 3", { ...valid, temperature: 3 }, { param: "temperature" }],
    [
      "a tool with a bad name",
      { ...valid, tools: [{ type: "function", function: { name: "a b" } }] },
      { param: "tools[0].function.name" },
    ],
    ["a choice among no tools", { ...valid, tool_choice: "auto" }, { param: "tool_choice" }],
    [
      "options of a stream without one",
      { ...valid, stream_options: {} },
      { param: "stream_options" },
    ],
    [
      "a result without its call",
      { ...valid, messages: [USER, { role: "tool", tool_call_id: "call_1", content: "" }] },
      { param: "messages.[1].role" },
    ],
    [
      "a call without its result",
      { ...valid, messages: [USER, asks, USER] },
      { param: "messages.[2].role" },
    ],
    [
      "a call without its result, at the end",
      { ...valid, messages: [USER, asks] },
      { param: "messages.[2].role" },
    ],
  ])("%s", async (_, body, error) => {
    const answer = await post(await aModel(), body);
    expect(answer).toMatchObject({
      status: 400,
      json: { error: { type: "invalid_request_error", ...error } },
    });
  });

  test("an unknown model, a wrong key, no key, and an unknown address", async () => {
    const model = await aModel();
    expect(await post(model, { ...valid, model: "gpt-9" })).toMatchObject({
      status: 404,
      json: { error: { code: "model_not_found" } },
    });
    const wrong = await post(model, valid, "sk-this-is-secret");
    expect(wrong).toMatchObject({ status: 401, json: { error: { code: "invalid_api_key" } } });
    expect(JSON.stringify(wrong.json)).not.toContain("secret");
    const none = await call("POST", `${model.url}/v1/chat/completions`, valid);
    expect(none).toMatchObject({ status: 401, json: { error: { code: null } } });
    const elsewhere = await call("GET", `${model.url}/v2`);
    expect(elsewhere.json).toMatchObject({ error: { message: "Invalid URL (GET /v2)" } });
  });
});
