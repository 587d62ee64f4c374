/**
 * The demo agent: what `bun run dev` sets as AGENT_COMMAND unless another is set. It makes a page of the
 * prompt, without a model or a network, slowly enough to watch, and says what it does as any agent does (see
 * AGENT_COMMAND in .env.example). `serve.js`, which outlives it, serves the page.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { finishedPage, titleOf, unfinishedPage } from "./page.js";

/** Between two lines, in milliseconds; another number may follow the script on the command line. */
const paceMs = Number(process.argv[2] ?? 450);

const FOLDER = "site";
const PROMPTS_FILE = "prompts.json";

const prompt = process.env.QUAVER_PROMPT ?? "";
const turn = process.env.QUAVER_TURN ?? "1";

/** What was asked for, by the number of the turn, so that a turn that is run again counts once. */
function remember() {
  const prompts = { ...recall(), [turn]: prompt };
  write(PROMPTS_FILE, JSON.stringify(prompts));
  return Object.keys(prompts)
    .sort((one, other) => Number(one) - Number(other))
    .map((number) => prompts[number]);
}

function recall() {
  try {
    return JSON.parse(readFileSync(join(FOLDER, PROMPTS_FILE), "utf8"));
  } catch {
    return {}; // the first turn
  }
}

/** Replaces a file as a whole: the page may be read at any moment. */
function write(name, text) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.new`), text);
  renameSync(join(FOLDER, `${name}.new`), join(FOLDER, name));
}

async function say(lines) {
  for (const line of lines) {
    process.stdout.write(`${line}\n`);
    await sleep(paceMs);
  }
}

const prompts = remember();
const isFirst = prompts.length === 1;
const title = titleOf(prompts[0]);
if (isFirst) write("index.html", unfinishedPage(prompts));

await say([
  isFirst
    ? `::reasoning:: Someone would like this: ${titleOf(prompt)}.`
    : `::reasoning:: There is a page already. What is to change: ${prompt.trim().split("\n")[0]}`,
  "::reasoning:: One page of HTML will do: a title, what it is about, a colour that suits it.",
  "::reasoning:: The colour comes from the words, if they name one.",
  "::reasoning:: What was typed is text, so it goes into the page as text, never as markup.",
]);
await say([
  isFirst ? `I'm making a page for “${title}”.` : `I'm changing “${title}”.`,
  "",
  "- The layout, for a narrow window and a wide one …",
  "- The colours, for light and for dark …",
  isFirst
    ? "- A button, so that there is something to press …"
    : "- What you have just asked for …",
  "- Done: it is served on port 3000.",
  "",
]);
write("index.html", finishedPage(prompts));
await say([
  isFirst
    ? "Have a look at the preview. Tell me what to change: name a colour, for instance."
    : "Have a look at the preview. What next?",
]);
