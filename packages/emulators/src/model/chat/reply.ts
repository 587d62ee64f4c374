/** What the model answers: pure, from a conversation to the next thing to say or to do. */
import { planFor, promptsIn, titleOf } from "../recipes/index.ts";
import type { Plan } from "../recipes/index.ts";
import type { Conversation, ToolUse } from "./conversation.ts";
import { readConversation, textOf } from "./conversation.ts";
import type { ChatRequest } from "./requests.ts";

/** One answer of the model's. With calls of tools, the conversation goes on when their results are there. */
export interface Reply {
  reasoning: string[];
  text: string;
  toolCalls: { name: string; args: Record<string, string> }[];
}

const PAGE = "index.html"; // it also keeps the prompts that the app was made from
const FAILING_COMMAND = "echo 'this command fails on demand' >&2; exit 1";
const MAX_ATTEMPTS = 2; // at writing the same file

/** The next answer to a request. */
export function replyTo(request: ChatRequest): Reply {
  const conversation = readConversation(request);
  const prompt = conversation.prompts.at(-1) ?? "";
  if (isTitleRequest(request))
    return say(titleOf(prompt.split("\n").slice(1).join("\n") || prompt));
  if (!offers(request, "write")) {
    return say(
      "I build small apps, and I need a tool `write` for it. This conversation offers none.",
    );
  }
  const reply = nextStep(conversation, request);
  return { ...reply, text: afterFailure(conversation.done) + reply.text };
}

/** The next answer where one of the model's commands is to fail: once in a turn, after which it goes on. */
export function failingReplyTo(request: ChatRequest): Reply {
  const { done } = readConversation(request);
  const failed = done.some(({ args }) => args["command"] === FAILING_COMMAND);
  if (failed || isTitleRequest(request) || !offers(request, "bash")) return replyTo(request);
  return {
    ...say("First I check the tools."),
    toolCalls: [
      { name: "bash", args: { command: FAILING_COMMAND, description: "Check the tools" } },
    ],
  };
}

/** Whether the agent asks for the conversation's title, as opencode does beside its first prompt. */
export function isTitleRequest({ messages, tools }: ChatRequest): boolean {
  const [first] = messages;
  return !tools && first?.role === "system" && textOf(first).includes("title generator");
}

function offers({ tools }: ChatRequest, name: string): boolean {
  return tools?.some((tool) => tool.function.name === name) === true;
}

function say(text: string): Reply {
  return { reasoning: [], text, toolCalls: [] };
}

/** Looks around, reads what is there, writes what is to change, checks it, and says what it did. */
function nextStep({ prompts, done, folder }: Conversation, request: ChatRequest): Reply {
  const at = (path: string) =>
    folder === undefined ? path : `${folder.replace(/\/$/, "")}/${path}`;
  const find = (name: string, path: string) =>
    done.findLast((use) => use.name === name && use.args["filePath"] === path);
  const listing = find("read", folder ?? ".");
  if (!listing) {
    const reasoning = ["I look at what is there first."];
    return {
      reasoning,
      text: "",
      toolCalls: [{ name: "read", args: { filePath: folder ?? "." } }],
    };
  }
  const names = listing.result.split("\n").map((line) => line.trim());
  const isThere = (path: string) => names.includes(path);
  const page = find("read", at(PAGE));
  if (isThere(PAGE) && !page) return read([at(PAGE)]);

  const before = page ? promptsIn(readText(page)) : undefined;
  const plan = planFor([...(before ?? prompts.slice(0, -1)), prompts.at(-1) ?? ""]);
  const unread = plan.files.filter(({ path }) => isThere(path) && !find("read", at(path)));
  if (unread.length > 0) return read(unread.map(({ path }) => at(path)));

  const isWritten = (path: string) => written(done, at(path)).some(succeeded);
  const isSame = ({ path, content }: Plan["files"][number]) => {
    const was = find("read", at(path));
    return was !== undefined && readText(was).trimEnd() === content.trimEnd();
  };
  const todo = plan.files.find((file) => !isWritten(file.path) && !isSame(file));
  if (!todo) return finish(plan, done, request);
  const attempts = written(done, at(todo.path));
  if (attempts.length >= MAX_ATTEMPTS) {
    return say(`I could not write \`${todo.path}\`:\n\n${quoted(attempts.at(-1)?.result ?? "")}`);
  }
  const isFirst = !done.some(({ name }) => name === "write");
  return {
    reasoning: isFirst ? plan.reasoning : [],
    text: isFirst ? `${plan.opening}\n\n` : "",
    toolCalls: [{ name: "write", args: { filePath: at(todo.path), content: todo.content } }],
  };
}

/** Checks the script, where there are commands, before the closing answer. */
function finish(plan: Plan, done: ToolUse[], request: ChatRequest): Reply {
  const script = plan.files.find(({ path }) => path.endsWith(".js"));
  const wrote = done.some(({ name, args }) => name === "write" && endsIn(args, ".js"));
  const command = `node --check ${script?.path ?? ""}`;
  const check = done.find(({ args }) => args["command"] === command);
  if (script && wrote && !check && offers(request, "bash")) {
    const args = { command, description: "Checks the script's syntax" };
    return { reasoning: [], text: "", toolCalls: [{ name: "bash", args }] };
  }
  return say(plan.answer);
}

function endsIn(args: Record<string, unknown>, ending: string): boolean {
  return String(args["filePath"]).endsWith(ending);
}

function written(done: ToolUse[], path: string): ToolUse[] {
  return done.filter(({ name, args }) => name === "write" && args["filePath"] === path);
}

function succeeded({ result }: ToolUse): boolean {
  return /^Wrote file successfully/.test(result);
}

function afterFailure(done: ToolUse[]): string {
  const failed = done.at(-1)?.args["command"] === FAILING_COMMAND;
  return failed ? "That command failed, so I go on without it.\n\n" : "";
}

function quoted(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
}

function read(paths: string[]): Reply {
  const toolCalls = paths.map((filePath) => ({ name: "read", args: { filePath } }));
  return { reasoning: [], text: "", toolCalls };
}

/** What opencode's `read` has shown of a file: its lines have numbers. */
function readText({ result }: ToolUse): string {
  const lines = result.split("\n").map((line) => /^\d+: ?(.*)$/.exec(line)?.[1]);
  return lines.filter((line) => line !== undefined).join("\n");
}
