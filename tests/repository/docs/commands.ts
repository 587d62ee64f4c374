/** The commands that a document names, in blocks for the shell and in code type. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import config from "../../../vitest.config.ts";
import schema from "../../../convex/schema.ts";
import { ROOT } from "../../../scripts/lib/convex-cli.ts";
import type { Document } from "./documents.ts";
import { SCRIPTS, flagsOf, isFunction, textOf } from "./sources.ts";

const SHELL = new Set(["sh", "bash", "shell", "console"]);

/** Blocks for the shell. */
export function shellBlocks({ blocks }: Document): string[] {
  return blocks.filter(({ language }) => SHELL.has(language)).map(({ text }) => text);
}

/** A command, without a comment behind it. */
function commands(document: Document): string[] {
  const lines = shellBlocks(document).flatMap((block) => block.split("\n"));
  const spans = document.spans.map(({ text }) => text);
  return [...lines, ...spans].map((line) => line.replace(/(?:^|\s)#.*$/, "").trim());
}

/** What follows `pattern` in the document's commands, in words; quotes hold words together. */
function callsOf(document: Document, pattern: RegExp): string[][] {
  const matches = commands(document).flatMap((line) => [...line.matchAll(pattern)]);
  const rests = matches.map(({ input, index, 0: all }) => input.slice(index + all.length));
  return rests.map((rest) => rest.match(/'[^']*'|"[^"]*"|[^\s|;&'"]+/g) ?? []);
}

/** The calls of `bun run`. */
export function bunCalls(document: Document): string[][] {
  return callsOf(document, /\bbun(?:@[\d.]+)? run /g);
}

/** What is wrong with a call of `bun run`. */
export function wrongInBunCall([script = "", ...args]: string[]): string[] {
  if (script === "--cwd") return wrongInWorkspace(args);
  const line = SCRIPTS[script];
  if (line === undefined) return [`there is no script ${script}`];
  const [, command] = /^convex (\w+)$/.exec(line) ?? [];
  if (command !== undefined) return wrongInConvexCall([command, ...args]);
  const flags = flagsOf(script);
  const unknown = args.filter((arg) => arg.startsWith("--") && !flags.includes(arg));
  const unproved =
    script === "prove" ? args.filter((name) => /^[a-z]+$/.test(name) && !PROOFS.has(name)) : [];
  return [
    ...unknown.map((flag) => `${script} does not take ${flag}`),
    ...unproved.map((name) => `there is no proof ${name}`),
  ];
}

/** `bun run --cwd FOLDER SCRIPT` is about the scripts of another package. */
function wrongInWorkspace([folder = "", script = ""]: string[]): string[] {
  const manifest = withScripts.safeParse(JSON.parse(textOf(`${folder}/package.json`) ?? "{}"));
  return manifest.success && script in manifest.data.scripts
    ? []
    : [`${folder} has no script ${script}`];
}

const withScripts = z.object({ scripts: z.record(z.string(), z.string()) });

const PROOFS = new Set(
  readdirSync(join(ROOT, "tests"), { recursive: true, encoding: "utf8" }).flatMap(
    (name) => /([\w-]+)\.proof\.test\.ts$/.exec(name)?.[1] ?? [],
  ),
);

const configured = z.object({
  test: z.object({ projects: z.array(z.object({ test: z.object({ name: z.string() }) })) }),
});

/** The names of the test projects. */
export const TEST_PROJECTS = configured.parse(config).test.projects.map(({ test }) => test.name);

const OF_PROJECT = /\bvitest run --project /g;

/** The test projects that it names, by themselves or by a script that runs one. */
export function testProjects(document: Document): string[] {
  const byScript = bunCalls(document).map(([script = ""]) => SCRIPTS[script] ?? "");
  const named = callsOf(document, OF_PROJECT).map(([name = ""]) => name);
  const run = byScript.flatMap((line) => /--project (\w+)$/.exec(line)?.[1] ?? []);
  return [...new Set([...named, ...run])];
}

/** The calls of the official CLI, with or without `npx`. */
export function convexCalls(document: Document): string[][] {
  return callsOf(document, /^(?:npx )?convex (?=[a-z])/g);
}

/** What is wrong with a call of the official CLI. */
export function wrongInConvexCall([name = "", ...args]: string[]): string[] {
  if (!subcommandsOf().includes(name)) return [`there is no \`convex ${name}\``];
  const flags = args.filter((arg) => arg.startsWith("--"));
  const unknown = flags.filter(
    (flag) => !help(name).includes(` ${flag} `) && !help(name).includes(`${flag}\n`),
  );
  return [
    ...unknown.map((flag) => `\`convex ${name}\` does not take ${flag}`),
    ...wrongArguments(
      name,
      args.filter((arg) => !arg.startsWith("-")),
    ),
  ];
}

function wrongArguments(name: string, [first, second]: string[]): string[] {
  if (first === undefined) return [];
  switch (name) {
    case "run":
      if (!isFunction(first)) return [`there is no function ${first}`];
      return second === undefined || isJson(second.replace(/^'|'$/g, ""))
        ? []
        : [`${second} is no JSON`];
    case "env":
      return subcommandsOf("env").includes(first) ? [] : [`there is no \`convex env ${first}\``];
    case "data":
      return first in schema.tables ? [] : [`there is no table ${first}`];
    default:
      return [];
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the installed CLI lists. */
function subcommandsOf(...path: string[]): string[] {
  const [, list = ""] = help(...path).split("Commands:\n");
  return [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, name = ""]) => name);
}

const helps = new Map<string, string>();

function help(...path: string[]): string {
  const key = path.join(" ");
  const text = helps.get(key) ?? askForHelp(path);
  helps.set(key, text);
  return text;
}

function askForHelp(path: string[]): string {
  const cli = join(ROOT, "node_modules/convex/bin/main.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...path, "--help"], {
    encoding: "utf8",
    env: { ...process.env, CI: "1" },
  });
  if (status !== 0) throw new Error(`\`convex ${path.join(" ")} --help\` failed: ${stderr}`);
  return stdout;
}
