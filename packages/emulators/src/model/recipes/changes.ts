/** The changes that a prompt may ask for: a small vocabulary, read by regular expressions. */
import type { ColourName } from "./colours.ts";
import { COLOUR_WORDS, colourIn } from "./colours.ts";
import { shortened } from "./words.ts";

export type Scheme = "light" | "dark" | "light dark";
export type Typeface = "sans" | "serif" | "mono";

/** One change. `by` is one step up or down. */
export type Change =
  | { kind: "colour"; colour: ColourName }
  | { kind: "scheme"; scheme: Scheme }
  | { kind: "size" | "titleSize" | "corners"; by: 1 | -1 }
  | { kind: "typeface"; typeface: Typeface }
  | { kind: "reset"; on: boolean }
  | { kind: "name"; name: string }
  | { kind: "forgetNotes" };

/** A name ends with its sentence, or where another wish begins; a dot in it, or after "St", ends nothing. */
const UNQUOTED = String.raw`((?:(?! and (?:make|add|use|put|turn|set|change)\b)(?:[^,.!?\n]|\.(?=\S)|(?<=\b(?:St|Dr|Mr|Mrs|Ms))\.))+)`;
const QUOTED = String.raw`["“”'‘](.+?)["“”’'](?=\W|$)`;
const NAMING = new RegExp(
  String.raw`\b(?:(?:call|name|title) (?:it|this|the (?:app|page|list|site)) |rename(?:d)? (?:it |this |the \w+ )?(?:to |as |into )?|called |named |entitled )(?:${QUOTED}|${UNQUOTED})`,
  "i",
);
const TITLE_TO = new RegExp(
  String.raw`\b(?:title|heading|headline|name)(?: to| into| should be|:) (?:${QUOTED}|${UNQUOTED})`,
  "i",
);

const DARK = new RegExp(`\\bdark(er|ness)?\\b(?! (${COLOUR_WORDS})\\b)|\\bnight mode\\b`, "i");
const LIGHT = new RegExp(
  `\\b(light|bright)(er)? (mode|theme|scheme|background)\\b|\\b(in|make it|only) light\\b(?! (${COLOUR_WORDS})\\b)|^light(er)?\\W*$`,
  "i",
);
const BOTH = /\b(light and dark|dark and light|follow the system|system theme)\b/i;
const BIGGER = /\b(bigger|larger|enlarge|increase|huge)\b/i;
const SMALLER = /\b(smaller|tinier|shrink|decrease)\b/i;
const TITLE = /\b(title|heading|headline|name)\b/i;
const ROUNDER = /\b(rounder|rounded|round|softer)\b/i;
const SQUARER = /\b(squarer?|sharp(er)?|angular|edgy|less round(ed)?)\b/i;
const RESET = /\b(reset|start over|clear everything|clear all)\b/i;
const REMOVE = /\b(remove|delete|hide|without|drop|no( more)?|get rid of)\b/i;

/** Whether a prompt asks for the version before. */
export function isUndo(prompt: string): boolean {
  return /^\W*(?:(?:no|please|oh no|hm+|sorry|and)\W+)*(?:undo|revert|(?:go|switch|change|put) (?:it )?back|take (?:that|it|this) back|back to (?:how|what|the way) it was|as it was before)\b/i.test(
    prompt,
  );
}

/** Whether a prompt only says thank you. */
export function isThanks(prompt: string): boolean {
  return /^\W*(thanks?( you)?|great|nice|perfect|lovely|cool|wonderful|ok(ay)?|good( job)?)\b[^,;\n]{0,40}$/i.test(
    prompt,
  );
}

/** The changes that a prompt asks for, in no particular order; none if it says nothing that is understood. */
export function changesIn(prompt: string): Change[] {
  const naming = NAMING.exec(prompt) ?? titleIn(prompt);
  const name = (naming?.[1] ?? naming?.[2])?.trim();
  const text = naming ? prompt.replace(naming[0], " ") : prompt; // a name may contain any word
  return [
    ...(name ? [{ kind: "name", name: shortened(name) } as const] : []),
    ...styleIn(text),
    ...sizesIn(text),
    ...(RESET.test(text) ? [{ kind: "reset", on: !REMOVE.test(text) } as const] : []),
    ...(REMOVE.test(text) && /\bnotes?\b/i.test(text) ? [{ kind: "forgetNotes" } as const] : []),
  ];
}

/** "The title to Monday's list" names it; "the title to orange" doesn't. */
function titleIn(prompt: string): RegExpExecArray | null {
  const found = TITLE_TO.exec(prompt);
  const unquoted = found?.[2] ?? "";
  return styleIn(unquoted).length + sizesIn(unquoted).length > 0 ? null : found;
}

/** What the first prompt says about the looks: only what can't be about the app itself. */
export function styleIn(text: string): Change[] {
  const colour = colourIn(text);
  const scheme = BOTH.test(text)
    ? "light dark"
    : DARK.test(text)
      ? "dark"
      : LIGHT.test(text)
        ? "light"
        : undefined;
  const typeface = typefaceIn(text);
  return [
    ...(colour ? [{ kind: "colour", colour } as const] : []),
    ...(scheme ? [{ kind: "scheme", scheme } as const] : []),
    ...(typeface ? [{ kind: "typeface", typeface } as const] : []),
  ];
}

function typefaceIn(text: string): Typeface | undefined {
  if (/\bsans\b/i.test(text)) return "sans";
  if (/\bserifs?\b/i.test(text)) return "serif";
  return /\b(mono|monospaced?|typewriter)\b/i.test(text) ? "mono" : undefined;
}

function sizesIn(text: string): Change[] {
  const of = TITLE.test(text) ? "titleSize" : "size";
  return [
    ...(BIGGER.test(text) ? [{ kind: of, by: 1 } as const] : []),
    ...(SMALLER.test(text) ? [{ kind: of, by: -1 } as const] : []),
    ...(SQUARER.test(text)
      ? [{ kind: "corners", by: -1 } as const]
      : ROUNDER.test(text)
        ? [{ kind: "corners", by: 1 } as const]
        : []),
  ];
}
