/** What a use of a tool is called, for the person who watches: "Wrote index.html", "Ran npm install". */
import { basename, relative, sep } from "node:path";

type Input = Record<string, unknown>;

const MAX_LENGTH = 120; // characters; the protocol cuts at 200

/** Of each of opencode's tools, by its name. */
const TITLES: Record<string, (input: Input, app: string) => string> = {
  apply_patch: ({ patchText }, app) => `Changed ${patchedFiles(textOf(patchText), app)}`,
  bash: ({ command }) => `Ran ${firstLine(textOf(command))}`,
  edit: ({ filePath }, app) => `Changed ${shortPath(filePath, app)}`,
  glob: ({ pattern }) => `Looked for ${textOf(pattern)}`,
  grep: ({ pattern }) => `Searched for ${textOf(pattern)}`,
  list: ({ path }, app) => `Looked into ${shortPath(path, app)}`,
  multiedit: ({ filePath }, app) => `Changed ${shortPath(filePath, app)}`,
  read: ({ filePath }, app) => `Read ${shortPath(filePath, app)}`,
  skill: ({ name }) => `Read about ${textOf(name)}`,
  task: ({ description }) => `Worked on: ${textOf(description)}`,
  todowrite: () => "Planned the work",
  webfetch: ({ url }) => `Read ${hostOf(textOf(url))}`,
  websearch: ({ query }) => `Searched the web for ${textOf(query)}`,
  write: ({ filePath }, app) => `Wrote ${shortPath(filePath, app)}`,
};

/**
 * @param app - The app's folder: paths in it are shown without it.
 * @returns one line
 */
export function stepTitle(tool: string, input: Input, app: string): string {
  const title = TITLES[tool]?.(input, app) ?? `Used ${tool}`;
  const line = title.replace(/\s+/g, " ").trim();
  const characters = Array.from(line);
  return characters.length <= MAX_LENGTH
    ? line
    : `${characters.slice(0, MAX_LENGTH - 1).join("")}…`;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function firstLine(command: string): string {
  const [first = "", ...more] = command.trim().split("\n");
  return more.length > 0 ? `${first} …` : first;
}

function shortPath(value: unknown, app: string): string {
  const path = textOf(value);
  const inside = relative(app, path);
  if (inside === "") return "the app's folder";
  return inside === ".." || inside.startsWith(`..${sep}`) ? basename(path) : inside;
}

function patchedFiles(patch: string, app: string): string {
  const paths = [...patch.matchAll(/^\*\*\* (?:Add|Update|Delete) File: (.+)$/gm)];
  const names = paths.map(([, path]) => shortPath(path, app));
  return names.length === 0 ? "files" : names.join(", ");
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "a page";
}
