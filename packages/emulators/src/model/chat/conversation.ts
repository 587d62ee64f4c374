/** What a coding agent's messages say: what was asked for, where, and what the model has done about it. */
import type { ChatRequest, Message } from "./requests.ts";

/** A tool that the model has called, with what came of it. */
export interface ToolUse {
  name: string;
  /** The arguments; empty if they weren't an object. */
  args: Record<string, unknown>;
  result: string;
}

/** A conversation, as far as the model needs it. */
export interface Conversation {
  /** What the user asked for, turn by turn; the last one is what is to be done. */
  prompts: string[];
  /** What the model has done since the last of the prompts, the first first. */
  done: ToolUse[];
  /** The folder that the agent works in, if it says so. */
  folder: string | undefined;
}

/** Reads a conversation out of a request. */
export function readConversation({ messages }: ChatRequest): Conversation {
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  return {
    prompts: promptsOf(messages),
    done: toolUses(messages.slice(lastUser + 1)),
    folder: folderOf(messages),
  };
}

/** The text of a message, without its other parts. */
export function textOf({ content }: Pick<Message, "content">): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => ("text" in part ? part.text : "")).join("\n");
}

/** User messages in a row are one prompt. */
function promptsOf(messages: Message[]): string[] {
  const prompts: string[] = [];
  let previous: Message["role"] | undefined;
  for (const message of messages) {
    if (message.role === "user") {
      const text = promptIn(textOf(message));
      const before = previous === "user" ? prompts.pop() : undefined;
      prompts.push(before === undefined ? text : `${before}\n${text}`);
    }
    previous = message.role;
  }
  return prompts;
}

/** Without the quotes that opencode puts around a prompt of several words, and without its own reminders. */
function promptIn(text: string): string {
  const own = text.replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>/g, "").trim();
  const quoted = /^"([\s\S]*)"$/.exec(own)?.[1];
  return quoted === undefined ? own : quoted.replaceAll('\\"', '"');
}

function toolUses(messages: Message[]): ToolUse[] {
  const results = new Map<string, string>();
  for (const message of messages) {
    if (message.role === "tool") results.set(message.tool_call_id, textOf(message));
  }
  return messages.flatMap((message) =>
    message.role === "assistant"
      ? (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => ({
          name,
          args: objectOf(args),
          result: results.get(id) ?? "",
        }))
      : [],
  );
}

function objectOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function folderOf(messages: Message[]): string | undefined {
  const system = messages.filter(({ role }) => role === "system" || role === "developer");
  return /^\s*Working directory: (.+)$/m.exec(system.map(textOf).join("\n"))?.[1]?.trim();
}
