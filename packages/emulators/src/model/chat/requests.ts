/** What a request of `POST /v1/chat/completions` may be, and how OpenAI refuses one that it may not. */
import { z } from "zod";
import type { ModelError } from "../errors.ts";
import { invalidRequest } from "../errors.ts";

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const otherPart = z.object({
  type: z.enum(["image_url", "input_audio", "file", "refusal"]),
});
const content = z.union([z.string(), z.array(z.union([textPart, otherPart])).min(1)]);

const toolCall = z.object({
  id: z.string().min(1),
  type: z.literal("function"),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
});

// Loose about a message's other fields: compatible services have more than OpenAI, such as `reasoning_content`.
const messageSchema = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["system", "developer"]), content }),
  z.object({ role: z.literal("user"), content }),
  z.object({
    role: z.literal("assistant"),
    content: content.nullish(),
    tool_calls: z.array(toolCall).min(1).optional(),
  }),
  z.object({ role: z.literal("tool"), content, tool_call_id: z.string().min(1) }),
]);

const toolSchema = z.object({
  type: z.literal("function"),
  function: z.object({
    name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    strict: z.boolean().nullish(),
  }),
});

const tokens = z.int().min(1).nullish();
const penalty = z.number().min(-2).max(2).nullish();

const requestSchema = z.strictObject({
  model: z.string(),
  messages: z.array(messageSchema).min(1).max(2048),
  tools: z.array(toolSchema).min(1).max(128).optional(),
  tool_choice: z.union([z.enum(["none", "auto", "required"]), z.looseObject({})]).optional(),
  parallel_tool_calls: z.boolean().optional(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.literal(1).nullish(), // the emulator has one answer only
  presence_penalty: penalty,
  frequency_penalty: penalty,
  stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).nullish(),
  seed: z.int().nullish(),
  user: z.string().optional(),
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]).nullish(),
  response_format: z.looseObject({ type: z.string() }).optional(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.boolean().nullish(),
});

/** A valid request. */
export type ChatRequest = z.infer<typeof requestSchema>;
/** One message of a conversation. */
export type Message = ChatRequest["messages"][number];

/** Checks a parsed body; the first thing that is wrong is the error, as with OpenAI. */
export function checkRequest(body: unknown): { request: ChatRequest } | { error: ModelError } {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return { error: describe(parsed.error, body) };
  const error = optionsError(parsed.data) ?? toolOrderError(parsed.data.messages);
  return error ? { error } : { request: parsed.data };
}

function describe(error: z.ZodError, body: unknown): ModelError {
  const issue = error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    const name = issue.keys[0] ?? "";
    return invalidRequest(`Unknown parameter: '${name}'.`, name, "unknown_parameter");
  }
  const param = pathOf(issue?.path ?? []);
  if (valueAt(body, issue?.path ?? []) === undefined) {
    if (param === "model") return invalidRequest("you must provide a model parameter");
    const message = `Missing required parameter: '${param}'.`;
    return invalidRequest(message, param, "missing_required_parameter");
  }
  const isType = issue?.code === "invalid_type";
  const code = isType ? "invalid_type" : "invalid_value";
  const message = `Invalid ${isType ? "type" : "value"} for '${param}': ${issue?.message ?? ""}.`;
  return invalidRequest(message, param, code);
}

/** A path in OpenAI's form: `messages[1].content`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === String(key))?.[1];
  }
  return value;
}

function optionsError(request: ChatRequest): ModelError | undefined {
  if (request.tool_choice !== undefined && !request.tools) {
    const message =
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.";
    return invalidRequest(message, "tool_choice");
  }
  if (request.stream_options && !request.stream) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    return invalidRequest(message, "stream_options");
  }
  return undefined;
}

/** Each call of a tool is followed by its result, before anything else; and no result stands alone. */
function toolOrderError(messages: Message[]): ModelError | undefined {
  let open = new Set<string>();
  let caller = 0;
  for (const [index, message] of messages.entries()) {
    if (message.role === "tool") {
      if (open.delete(message.tool_call_id)) continue;
      return invalidRequest(
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        `messages.[${index}].role`,
      );
    }
    if (open.size > 0) return unanswered(open, caller);
    if (message.role !== "assistant") continue;
    if (message.content == null && !message.tool_calls) {
      const name = `messages[${index}].content`;
      return invalidRequest(
        `Invalid value for '${name}': expected a string, got null.`,
        name,
        "invalid_value",
      );
    }
    open = new Set(message.tool_calls?.map(({ id }) => id));
    caller = index;
  }
  return open.size > 0 ? unanswered(open, caller) : undefined;
}

function unanswered(ids: Set<string>, caller: number): ModelError {
  return invalidRequest(
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
      `The following tool_call_ids did not have response messages: ${[...ids].join(", ")}`,
    `messages.[${caller + 1}].role`,
  );
}
