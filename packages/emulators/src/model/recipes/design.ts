/** From the prompts so far to what the app is to be like: each prompt is a version, and "undo that" drops the last. */
import type { App } from "./app.ts";
import { appFor, anotherApp } from "./apps/index.ts";
import type { Change, Scheme, Typeface } from "./changes.ts";
import { changesIn, isThanks, isUndo, styleIn } from "./changes.ts";
import type { ColourName } from "./colours.ts";
import { subjectOf } from "./words.ts";

/** What the app is to be like. */
export interface Design {
  app: App;
  name: string;
  /** Whom or what it is for, if the prompt says so. */
  subject: string | undefined;
  colour: ColourName;
  scheme: Scheme;
  typeface: Typeface;
  /** Steps from the usual size, from -2 to 3. */
  size: number;
  titleSize: number;
  /** Steps from the usual roundness, from -2 to 2. */
  corners: number;
  hasReset: boolean;
  /** What the app's own settings are, by name. */
  settings: Record<string, string>;
  /** Prompts that no recipe understands. */
  notes: string[];
}

/** What the last prompt came to. */
export interface Outcome {
  design: Design;
  kind: "made" | "changed" | "undone" | "nothingToUndo" | "thanks" | "noted";
  /** What has changed, as items of a list in Markdown. */
  said: string[];
}

/** Goes through the prompts, the first first. */
export function outcomeOf(prompts: string[]): Outcome {
  const [first = "", ...rest] = prompts;
  let versions = [firstDesign(first, appFor(first))];
  let outcome: Omit<Outcome, "design"> = { kind: "made", said: [] };
  for (const prompt of rest) {
    const design = last(versions);
    if (isUndo(prompt)) {
      const kind = versions.length > 1 ? "undone" : "nothingToUndo";
      versions = versions.slice(0, Math.max(1, versions.length - 1));
      outcome = { kind, said: [] };
      continue;
    }
    const other = anotherApp(prompt, design.app);
    if (other) {
      versions.push(firstDesign(prompt, other));
      outcome = { kind: "made", said: [] };
      continue;
    }
    const next = changed(design, prompt);
    versions.push(next.design);
    outcome = next;
  }
  return { ...outcome, design: last(versions) };
}

function last(versions: Design[]): Design {
  const design = versions.at(-1);
  if (!design) throw new Error("there is always a first version");
  return design;
}

function firstDesign(prompt: string, app: App): Design {
  const subject = subjectOf(prompt);
  const plain: Design = {
    app,
    subject,
    name: app.nameFor(subject, prompt),
    colour: app.colour,
    scheme: "light dark",
    typeface: "sans",
    size: 0,
    titleSize: 0,
    corners: 0,
    hasReset: false,
    settings: {},
    notes: [],
  };
  const named = changesIn(prompt).filter(({ kind }) => kind === "name" || kind === "reset");
  const design = [...styleIn(prompt), ...named].reduce(applied, plain);
  return { ...design, settings: settingsOf(app, prompt) };
}

function changed(design: Design, prompt: string): Outcome {
  const settings = design.app.settingsIn?.(prompt) ?? [];
  const changes = changesIn(prompt);
  if (changes.length === 0 && settings.length === 0) {
    if (isThanks(prompt)) return { design, kind: "thanks", said: [] };
    const notes = [...design.notes, prompt.trim()];
    return { design: { ...design, notes }, kind: "noted", said: [] };
  }
  const next = changes.reduce(applied, design);
  return {
    design: { ...next, settings: { ...next.settings, ...settingsOf(design.app, prompt) } },
    kind: "changed",
    said: [...changes.map((change) => describe(change)), ...settings.map(({ said }) => said)],
  };
}

function settingsOf(app: App, prompt: string): Record<string, string> {
  const settings = app.settingsIn?.(prompt) ?? [];
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]));
}

function applied(design: Design, change: Change): Design {
  switch (change.kind) {
    case "colour":
      return { ...design, colour: change.colour };
    case "scheme":
      return { ...design, scheme: change.scheme };
    case "typeface":
      return { ...design, typeface: change.typeface };
    case "size":
      return { ...design, size: within(design.size + change.by, -2, 3) };
    case "titleSize":
      return { ...design, titleSize: within(design.titleSize + change.by, -2, 3) };
    case "corners":
      return { ...design, corners: within(design.corners + change.by, -2, 2) };
    case "reset":
      return { ...design, hasReset: change.on };
    case "name":
      return { ...design, name: change.name };
    case "forgetNotes":
      return { ...design, notes: [] };
  }
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function describe(change: Change): string {
  switch (change.kind) {
    case "colour":
      return `The colour is **${change.colour}** now, in light and in dark.`;
    case "scheme":
      if (change.scheme === "light dark") return "It follows the system's light or dark again.";
      return `It is **${change.scheme}**, whatever the system says.`;
    case "typeface":
      return `The letters are ${{ sans: "sans-serif", serif: "serif", mono: "monospaced" }[change.typeface]} now.`;
    case "size":
      return `Everything is ${change.by > 0 ? "bigger" : "smaller"}.`;
    case "titleSize":
      return `The title is ${change.by > 0 ? "bigger" : "smaller"}.`;
    case "corners":
      return `The corners are ${change.by > 0 ? "rounder" : "sharper"}.`;
    case "reset":
      return change.on
        ? "There is a **reset button** at the bottom. It asks before it clears anything."
        : "The reset button is gone.";
    case "name":
      return "It has its new name.";
    case "forgetNotes":
      return "The notes are gone.";
  }
}
