import type { ColourName } from "./colours.ts";
import type { Design } from "./design.ts";

/** A small app that the recipes know how to make. */
export interface App {
  /** Its name in the code that is written. */
  id: string;
  /** What it is, above its title, as in "To-do list". */
  label: string;
  /** What it is in a sentence, as in "a to-do list". */
  what: string;
  /** Words that name it, whatever else a prompt says. */
  words: RegExp;
  /** Words that suggest it, where no app is named. */
  hints: RegExp;
  /** Its colour, unless a prompt names one. */
  colour: ColourName;
  /** Its title. @param subject whom or what it is for, if the prompt says so */
  nameFor(subject: string | undefined, prompt: string): string;
  /** What it does, as items of a list in Markdown. */
  features: string[];
  /** The content of the page's `<main>`. */
  markup(design: Design): string;
  /** Its rules, after those that all apps share. */
  style: string;
  /** Its script, after what all apps share. */
  script: string;
  /** What a prompt sets of it, as `data-` attributes of the page and what to say about each. */
  settingsIn?(prompt: string): Setting[];
}

/** One thing that can be set by a prompt. */
export interface Setting {
  name: string;
  value: string;
  /** What to say about it, in Markdown. */
  said: string;
}
