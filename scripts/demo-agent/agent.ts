/**
 * The demo agent: what `bun run dev` sets as AGENT_COMMAND unless another is set. It makes small apps from the prompts
 * by the recipes of the model emulator, without a model or a network, slowly enough to watch, and says what it does as
 * any agent does (see AGENT_COMMAND in .env.example). The server of `packages/agent/src/serve/` outlives it, and serves
 * the app.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { planFor, promptsIn } from "@quaver/emulators/recipes";

/** Between two lines, in milliseconds; another number may follow the script on the command line. */
const paceMs = Number(process.argv[2] ?? 300);

const APP = join(homedir(), "app");
const OWN = join(homedir(), ".quaver");

/** The prompts so far, for a turn that has been stopped before there was an app. */
const PROMPTS = "demo-agent.json";

const prompt = process.env.QUAVER_PROMPT ?? "";

/** A page keeps its prompts, so that those of an earlier version come back with it. */
function promptsSoFar(): string[] {
  return promptsIn(read(APP, "index.html") ?? "") ?? rememberedPrompts();
}

function rememberedPrompts(): string[] {
  try {
    const prompts: unknown = JSON.parse(read(OWN, PROMPTS) ?? "[]");
    return Array.isArray(prompts) ? prompts.filter((each) => typeof each === "string") : [];
  } catch {
    return []; // it was cut off
  }
}

/** The content of a file; undefined where there is none. */
function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch {
    return undefined;
  }
}

/** Replaces a file as a whole: it may be read at any moment. */
function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  mkdirSync(OWN, { recursive: true });
  const fresh = join(OWN, `${name}.new`); // not in the app's folder, where it might be kept as a part of the app
  writeFileSync(fresh, text);
  renameSync(fresh, join(folder, name));
}

async function say(lines: string[]): Promise<void> {
  for (const line of lines) {
    process.stdout.write(`${line}\n`);
    if (line !== "") await sleep(paceMs);
  }
}

async function step(title: string, work: () => void): Promise<void> {
  await say([`::step:: ${JSON.stringify({ title, status: "running" })}`]);
  work();
  await say([`::step:: ${JSON.stringify({ title, status: "done" })}`]);
}

const prompts = [...promptsSoFar(), prompt];
write(OWN, PROMPTS, JSON.stringify(prompts));
const { reasoning, opening, files, answer } = planFor(prompts);
await say(reasoning.map((line) => `::reasoning:: ${line}`));
await say([opening, ""]);
for (const { path, content } of files) {
  if (read(APP, path) === content) continue;
  await step(`Wrote ${path}`, () => write(APP, path, content));
}
await say(answer.split("\n"));
