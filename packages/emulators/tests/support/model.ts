import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { onTestFinished } from "vitest";
import type { ModelEmulator, ModelEmulatorOptions } from "../../src/index.ts";
import { startModelEmulator } from "../../src/index.ts";

export async function aModel(options: ModelEmulatorOptions = {}): Promise<ModelEmulator> {
  const model = await startModelEmulator(options);
  onTestFinished(() => model.close().catch(() => undefined)); // a test may have closed it itself
  return model;
}

/** The model as the official client sees it: the one that opencode uses. */
export function clientOf({ url, apiKey, model }: ModelEmulator, key = apiKey) {
  const provider = createOpenAICompatible({ name: "emulator", baseURL: `${url}/v1`, apiKey: key });
  return provider.chatModel(model);
}

type Client = ReturnType<typeof clientOf>;
type Prompt = Parameters<Client["doStream"]>[0]["prompt"];
type Part = Exclude<Prompt[number]["content"], string>[number];
type ToolCall = Extract<Part, { type: "tool-call" }>;

const FOLDER = "/home/daytona/app";
const SYSTEM = `You are a coding agent.\n<env>\n  Working directory: ${FOLDER}\n</env>`;

const TOOLS = ["bash", "read", "write"].map((name) => ({
  type: "function" as const,
  name,
  inputSchema: { type: "object" as const, properties: {} },
}));

/** One turn of an agent's, as it was seen from outside. */
export interface Turn {
  text: string;
  reasoning: string;
  /** What the model did: `write index.html`, `bash node --check app.js`. */
  did: string[];
}

/** A coding agent as opencode is one: its tools, its messages and its refusals, on files in memory. */
export class Agent {
  readonly files = new Map<string, string>();
  readonly #messages: Prompt = [{ role: "system", content: SYSTEM }];
  readonly #seen = new Set<string>();

  constructor(readonly client: Client) {}

  /** Lets the model work until it has nothing left to do. */
  async ask(text: string): Promise<Turn> {
    this.#messages.push({ role: "user", content: [{ type: "text", text: `"${text}"` }] });
    const turn: Turn = { text: "", reasoning: "", did: [] };
    for (;;) {
      const answer = await this.#answer(turn);
      this.#messages.push({ role: "assistant", content: answer });
      const calls = answer.filter((part) => part.type === "tool-call");
      if (calls.length === 0) return turn;
      this.#messages.push({ role: "tool", content: calls.map((call) => this.#run(call, turn)) });
    }
  }

  async #answer(turn: Turn): Promise<({ type: "text"; text: string } | ToolCall)[]> {
    const { stream } = await this.client.doStream({ prompt: this.#messages, tools: TOOLS });
    const calls: ToolCall[] = [];
    let text = "";
    for await (const part of stream) {
      if (part.type === "error") throw part.error;
      if (part.type === "text-delta") text += part.delta;
      if (part.type === "reasoning-delta") turn.reasoning += part.delta;
      if (part.type === "tool-call") {
        calls.push({ ...part, type: "tool-call", input: JSON.parse(part.input) as unknown });
      }
    }
    turn.text += text;
    return [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls];
  }

  #run({ toolCallId, toolName, input }: ToolCall, turn: Turn) {
    const args = input as Record<string, string>;
    const path = (args.filePath ?? "").replace(`${FOLDER}/`, "");
    turn.did.push(`${toolName} ${args.command ?? path}`);
    const value = this.#result(toolName, path, args);
    const output = { type: "text" as const, value };
    return { type: "tool-result" as const, toolCallId, toolName, output };
  }

  #result(tool: string, path: string, { content = "", command = "" }: Record<string, string>) {
    if (tool === "bash") return command.includes("exit 1") ? "it failed" : "(no output)";
    if (tool === "read" && path === FOLDER) return [...this.files.keys(), ""].join("\n");
    if (tool === "read") {
      this.#seen.add(path);
      const lines = (this.files.get(path) ?? "").split("\n");
      return lines.map((line, index) => `${index + 1}: ${line}`).join("\n");
    }
    if (this.files.has(path) && !this.#seen.has(path)) {
      return `You must read file ${path} before overwriting it. Use the Read tool first`;
    }
    this.files.set(path, content);
    return "Wrote file successfully.";
  }

  /** The files are another version's now, and the agent has not read them. */
  restore(files: Iterable<[string, string]>): void {
    this.files.clear();
    for (const [path, content] of files) this.files.set(path, content);
    this.#seen.clear();
  }
}
