/** Sends an answer, whole or streamed, in OpenAI's form. */
import { randomBytes } from "node:crypto";
import type { Context } from "hono";
import type { SSEStreamingApi } from "hono/streaming";
import { streamSSE } from "hono/streaming";
import type { FaultInjector, ModelFault } from "../../shared/faults.ts";
import type { EmulatorEnv } from "../../shared/middleware.ts";
import type { Reply } from "./reply.ts";
import { failingReplyTo, isTitleRequest, replyTo } from "./reply.ts";
import type { ChatRequest } from "./requests.ts";

/** What an answer depends on beside the request. */
export interface RespondOptions {
  faults: FaultInjector;
  fault: ModelFault | undefined;
  paceMs: number;
  now: () => number;
}

const PIECE = 48; // characters, about a dozen tokens, of text or arguments in one chunk
const ENDLESS_PACE_MS = 100; // slow enough to stay small, fast enough to be seen to go on
const BROKEN_AFTER = 3; // chunks

type Delta = Record<string, unknown>;

/** Answers a valid request. */
export function respond(
  context: Context<EmulatorEnv>,
  request: ChatRequest,
  options: RespondOptions,
): Response {
  // What a title request gets is beside the point: these faults are of the work itself.
  const fault = isTitleRequest(request) ? undefined : options.fault;
  const reply = fault === "failingTool" ? failingReplyTo(request) : replyTo(request);
  const id = `chatcmpl-${randomBytes(12).toString("hex")}`;
  const head = { id, created: Math.floor(options.now() / 1000), model: request.model };
  const usage = usageOf(request, reply);
  if (!request.stream) {
    if (fault === "brokenStream") {
      context.env.incoming.socket.destroy();
      return new Response(null, { status: 500 }); // is not sent: the connection is closed
    }
    const choice = { index: 0, message: messageOf(reply), finish_reason: finishOf(reply) };
    return context.json({ ...head, object: "chat.completion", choices: [choice], usage });
  }
  const chunk = (delta: Delta, finish: string | null = null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  return streamSSE(context, async (stream) => {
    const send = async (data: unknown, delayMs = options.paceMs) => {
      if (delayMs > 0) await options.faults.wait(delayMs);
      await stream.writeSSE({ data: typeof data === "string" ? data : JSON.stringify(data) });
    };
    if (fault === "endlessAnswer") return await sendEndlessly(stream, send, chunk, options.faults);
    let sent = 0;
    for (const delta of deltasOf(reply)) {
      if (stream.aborted) return;
      await send(chunk(delta));
      sent += 1;
      if (fault === "brokenStream" && sent >= BROKEN_AFTER) {
        await stream.write('data: {"id":"chatcm'); // in the middle of a chunk
        context.env.incoming.socket.destroy();
        return;
      }
    }
    await send(chunk({}, finishOf(reply)));
    if (request.stream_options?.include_usage) {
      await send({ ...head, object: "chat.completion.chunk", choices: [], usage });
    }
    await send("[DONE]");
  });
}

/** Goes on until the client goes away, or the emulator closes. */
async function sendEndlessly(
  stream: SSEStreamingApi,
  send: (data: unknown, delayMs: number) => Promise<void>,
  chunk: (delta: Delta) => unknown,
  faults: FaultInjector,
): Promise<void> {
  await send(chunk({ role: "assistant", content: "" }), 0);
  for (let count = 1; !stream.aborted && !faults.isClosed(); count += 1) {
    await send(
      chunk({ content: `And then there is point ${count} to consider. ` }),
      ENDLESS_PACE_MS,
    );
  }
}

/** The deltas of a streamed answer: its reasoning, its text, then its calls of tools, all in pieces. */
function* deltasOf({ reasoning, text, toolCalls }: Reply): Generator<Delta> {
  yield { role: "assistant", content: "" };
  for (const line of reasoning) {
    for (const piece of piecesOf(`${line}\n`)) yield { reasoning_content: piece };
  }
  for (const piece of piecesOf(text)) yield { content: piece };
  for (const [index, { name, args }] of toolCalls.entries()) {
    const call = { index, id: newCallId(), type: "function", function: { name, arguments: "" } };
    yield { tool_calls: [call] };
    for (const piece of piecesOf(JSON.stringify(args))) {
      yield { tool_calls: [{ index, function: { arguments: piece } }] };
    }
  }
}

/** A text in pieces; no character is cut in two. */
function piecesOf(text: string): string[] {
  const characters = Array.from(text);
  const starts = Array.from({ length: Math.ceil(characters.length / PIECE) }, (_, n) => n * PIECE);
  return starts.map((start) => characters.slice(start, start + PIECE).join(""));
}

function messageOf({ reasoning, text, toolCalls }: Reply): Record<string, unknown> {
  return {
    role: "assistant",
    content: text === "" ? null : text,
    refusal: null,
    ...(reasoning.length > 0 && { reasoning_content: reasoning.join("\n") }),
    ...(toolCalls.length > 0 && {
      tool_calls: toolCalls.map(({ name, args }) => ({
        id: newCallId(),
        type: "function",
        function: { name, arguments: JSON.stringify(args) },
      })),
    }),
  };
}

function finishOf({ toolCalls }: Reply): "tool_calls" | "stop" {
  return toolCalls.length > 0 ? "tool_calls" : "stop";
}

function newCallId(): string {
  return `call_${randomBytes(12).toString("hex")}`;
}

/** Tokens, at four characters each, which is near enough to be shown and added up. */
function usageOf(request: ChatRequest, reply: Reply): Record<string, number> {
  const count = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4);
  const prompt_tokens = count(request.messages) + count(request.tools ?? []);
  const completion_tokens = count(reply);
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
