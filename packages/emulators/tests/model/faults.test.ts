/** What goes wrong with a model, on demand, as the official client sees it. */
import { expect, test } from "vitest";
import type { ModelFault } from "../../src/index.ts";
import { call } from "../support/emulators.ts";
import { Agent, aModel, clientOf } from "../support/model.ts";

const PROMPT = [
  { role: "user" as const, content: [{ type: "text" as const, text: "Make a poll" }] },
];

async function aModelWith(fault: ModelFault) {
  const model = await aModel();
  model.faults.add({ path: "/v1/chat/completions", kind: { model: fault } });
  return { model, client: clientOf(model) };
}

test.each<[ModelFault, object]>([
  [
    "invalidKey",
    { statusCode: 401, isRetryable: false, message: expect.stringContaining("Incorrect API key") },
  ],
  ["rateLimit", { statusCode: 429, isRetryable: true, responseHeaders: { "retry-after": "1" } }],
  ["quota", { statusCode: 429, data: { error: { code: "insufficient_quota" } } }],
])("%s is refused", async (fault, error) => {
  const { client } = await aModelWith(fault);
  await expect(client.doGenerate({ prompt: PROMPT })).rejects.toMatchObject(error);
});

test("a stream breaks in the middle", async () => {
  const { model, client } = await aModelWith("brokenStream");
  await expect(new Agent(client).ask("Make a poll")).rejects.toThrow();
  model.faults.clear();
  expect((await new Agent(client).ask("Make a poll")).text).toContain("is ready");
});

test("an answer has no end, until the client goes away", async () => {
  const { client } = await aModelWith("endlessAnswer");
  const leaving = new AbortController();
  const { stream } = await client.doStream({ prompt: PROMPT, abortSignal: leaving.signal });
  let text = "";
  const reading = (async () => {
    for await (const part of stream) {
      if (part.type === "text-delta") text += part.delta;
      if (part.type === "error") throw part.error;
      if (text.includes("point 3 ")) leaving.abort();
    }
  })();
  await expect(reading).rejects.toThrow(/abort/i);
});

test("an answer without end doesn't keep the emulator from closing", async () => {
  const { model, client } = await aModelWith("endlessAnswer");
  const { stream } = await client.doStream({ prompt: PROMPT });
  const reader = stream.getReader();
  await reader.read();
  await model.close();
  await expect(call("GET", `${model.url}/v1/models`)).rejects.toThrow();
});

test("faults can be added over HTTP, for the nth call", async () => {
  const model = await aModel();
  const client = clientOf(model);
  const rule = { nth: 2, kind: { model: "quota" } };
  expect((await call("POST", `${model.url}/_faults`, rule)).status).toBe(200);
  await client.doGenerate({ prompt: PROMPT });
  await expect(client.doGenerate({ prompt: PROMPT })).rejects.toMatchObject({ statusCode: 429 });
  await client.doGenerate({ prompt: PROMPT });
  const unknown = await call("POST", `${model.url}/_faults`, { kind: { model: "moody" } });
  expect(unknown.status).toBe(400);
});
