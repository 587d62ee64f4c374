import type { Outcome } from "./design.ts";
import { outcomeOf } from "./design.ts";
import { keptPrompts, pageFor } from "./page.ts";
import { scriptFor } from "./script.ts";
import { styleFor } from "./style.ts";

/** What to do for the last of the prompts. */
export interface Plan {
  /** The app's title. */
  title: string;
  /** What the agent thinks, line by line. */
  reasoning: string[];
  /** What it says before it starts. */
  opening: string;
  /** All of the app's files. `index.html`, which refers to the others, comes last. */
  files: { path: string; content: string }[];
  /** What it says at the end, in Markdown. */
  answer: string;
}

/** The answers' last words, which are true wherever they are read. */
const NO_MODEL = "*I am a script without a model: I know a few apps and a few changes.*";

/**
 * The plan for the last of the prompts. Pure: the same prompts make the same files.
 *
 * @param prompts all of them, the first first; at least one.
 */
export function planFor(prompts: string[]): Plan {
  const kept = keptPrompts(prompts);
  const outcome = outcomeOf(kept);
  const { design } = outcome;
  return {
    title: design.name,
    reasoning: reasoningOf(outcome),
    opening:
      outcome.kind === "made"
        ? `I'm making ${design.app.what}: **${markdownText(design.name)}**.`
        : `I'm changing **${markdownText(design.name)}**.`,
    files: [
      { path: "style.css", content: styleFor(design) },
      { path: "app.js", content: scriptFor(design) },
      { path: "index.html", content: pageFor(design, kept) },
    ],
    answer: answerOf(outcome),
  };
}

function reasoningOf({ kind, design }: Outcome): string[] {
  const { app, colour } = design;
  if (kind === "made") {
    return [
      `What fits the words of the prompt best is ${app.what}.`,
      `Three files will do: a page, its style, and a script. The colour is ${colour}, in light and in dark.`,
      "What people enter stays in their own browser, and what was typed is text, never markup.",
    ];
  }
  if (kind === "undone") return ["The version before the last change is wanted again."];
  if (kind === "noted") {
    return [
      "None of the changes that I know fits.",
      "I put it on the page, so that it isn't lost.",
    ];
  }
  return ["The app is there already. I change what was asked for, and leave the rest as it is."];
}

function answerOf({ kind, design, said }: Outcome): string {
  const name = `**${markdownText(design.name)}**`;
  switch (kind) {
    case "made":
      return [
        `${name} is ready.`,
        list(design.app.features),
        "What is entered is kept in the browser, and every part can be used by keyboard.",
        'Say what to change: "in orange", "dark", "make the title bigger", "add a reset button", "undo that".',
        NO_MODEL,
        "Have a look at the preview.",
      ].join("\n\n");
    case "changed":
      return ["Done:", list(said), ...styleExcerpt(design), "Have a look at the preview."].join(
        "\n\n",
      );
    case "undone":
      return "The last change is undone; what was entered in the app is still there. Have a look at the preview.";
    case "nothingToUndo":
      return "There is nothing to undo: this is the first version. Have a look at the preview.";
    case "thanks":
      return "You're welcome. What next?";
    case "noted":
      return [
        "I can't build that: I am a script without a model. I know a few changes, and this is none of them.",
        "It is noted at the bottom of the page, so that it isn't lost. What I do understand:",
        list([
          'a colour ("in teal"), "dark", "light", "serif"',
          '"bigger", "make the title smaller", "rounder"',
          '"add a reset button", "call it Sunday\'s list"',
          '"undo that", "remove the notes"',
        ]),
        "Have a look at the preview.",
      ].join("\n\n");
  }
}

/** Where the colours are, for who wants to change them by hand. */
function styleExcerpt(design: Outcome["design"]): string[] {
  const accent = /^ {2}--accent: .*$/m.exec(styleFor(design))?.[0].trim();
  if (accent === undefined) return [];
  return [`The looks start in \`style.css\`:\n\n\`\`\`css\n:root {\n  ${accent}\n}\n\`\`\``];
}

function list(items: string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** A text that is no markup in Markdown. */
function markdownText(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#|~]/g, String.raw`\$&`);
}
