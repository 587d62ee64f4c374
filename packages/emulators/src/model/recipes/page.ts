/** The page around an app. */
import { iconColour } from "./colours.ts";
import type { Design } from "./design.ts";

const MAX_PROMPT_LENGTH = 600; // characters kept of each: an agent is shown the start of a longer line only
const MAX_PROMPTS = 100; // the first, and the last of the others

/** Text, as it can stand anywhere in HTML without being taken for any. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** What of the prompts is kept with the app: enough to make it again. */
export function keptPrompts(prompts: string[]): string[] {
  const [first = "", ...rest] = prompts.map((prompt) =>
    Array.from(prompt).slice(0, MAX_PROMPT_LENGTH).join(""),
  );
  return [first, ...rest.slice(-(MAX_PROMPTS - 1))];
}

/**
 * The prompts that a page was made from, which it keeps: so a page that is restored brings its prompts with it.
 * Undefined for a page that no recipe made.
 */
export function promptsIn(html: string): string[] | undefined {
  const json = /<script type="application\/json" id="prompts">([\s\S]*?)<\/script>/.exec(html)?.[1];
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    const isList =
      Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
    return isList ? value : undefined;
  } catch {
    return undefined; // somebody has changed it
  }
}

/** The prompts as a page keeps them: one a line, and none of them can end the element. */
function promptsElement(prompts: string[]): string {
  const lines = prompts.map((prompt) => JSON.stringify(prompt).replaceAll("<", String.raw`\u003c`));
  return `<script type="application/json" id="prompts">\n[\n${lines.join(",\n")}\n]\n</script>`;
}

/** The whole of `index.html`. */
export function pageFor(design: Design, prompts: string[]): string {
  const { app, name, colour, settings } = design;
  const data = Object.entries(settings).map(
    ([key, value]) => ` data-${key}="${escapeHtml(value)}"`,
  );
  const icon =
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>" +
    `<rect width='32' height='32' rx='10' fill='${iconColour(colour)}'/></svg>`;
  return `<!doctype html>
<html lang="en" data-colour="${colour}"${data.join("")}>
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escapeHtml(name)}</title>
  <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
  <link rel="stylesheet" href="style.css">
  <script src="app.js" defer></script>
</head>
<body class="${app.id}">
<main>
${app.markup(design).trim()}
</main>
${notesElement(design)}<footer class="made">
  <p>Made in Quaver, by a script without a model.</p>
${design.hasReset ? '  <button type="button" class="quiet" id="reset">Reset</button>\n' : ""}</footer>
<p id="status" class="unseen" role="status"></p>
<!-- What this was made from. A further prompt starts from here. -->
${promptsElement(prompts)}
</body>
</html>
`;
}

function notesElement({ notes }: Design): string {
  if (notes.length === 0) return "";
  const items = notes.map((note) => `    <li>${escapeHtml(note)}</li>`).join("\n");
  return `<aside class="notes" aria-labelledby="notes-title">
  <h2 id="notes-title">Noted for later</h2>
  <ul>
${items}
  </ul>
</aside>
`;
}

/** The usual head of an app: what it is, its title, and a line below. */
export function heading({ app, name }: Design, lead = ""): string {
  const label = name === app.label ? "" : `  <p class="label">${escapeHtml(app.label)}</p>\n`;
  return `<header class="heading">
${label}  <h1>${escapeHtml(name)}</h1>
${lead === "" ? "" : `  ${lead}\n`}</header>`;
}
