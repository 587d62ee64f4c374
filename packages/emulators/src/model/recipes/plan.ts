import { escapeHtml, promptsElement } from "./page.ts";
import { titleOf } from "./words.ts";

/** What to do for the last of the prompts. */
export interface Plan {
  /** The app's title. */
  title: string;
  /** What the agent thinks, line by line. */
  reasoning: string[];
  /** What it says before it starts. */
  opening: string;
  /** The app's files; `index.html`, which refers to the others, comes last. */
  files: { path: string; content: string }[];
  /** What it says at the end, in Markdown. */
  answer: string;
}

/** The plan for the last of the prompts, given all of them, the first first. */
export function planFor(prompts: string[]): Plan {
  const title = titleOf(prompts[0] ?? "");
  return {
    title,
    reasoning: [`Someone would like this: ${title}.`],
    opening: "I start with the page.",
    files: [
      { path: "style.css", content: "body { font-family: system-ui; }\n" },
      {
        path: "app.js",
        content: "document.querySelector('button').onclick = () => alert('It works');\n",
      },
      {
        path: "index.html",
        content: `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${escapeHtml(title)}</title>\n<link rel="stylesheet" href="style.css">\n<h1>${escapeHtml(title)}</h1>\n<button>Try</button>\n<script src="app.js"></script>\n${promptsElement(prompts)}\n</html>\n`,
      },
    ],
    answer: `**${title}** is there.`,
  };
}
