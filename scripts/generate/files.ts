/** Texts by their path in the repository: what is generated, before and after. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { ROOT } from "../lib/convex-cli.ts";

/** Texts by path, from the root. */
export type Files = Map<string, string>;

const GENERATED_CODE = "convex/_generated";

/** Reads these files; one that isn't there is left out. */
export function readFiles(paths: Iterable<string>): Files {
  const there = [...paths].filter((path) => existsSync(join(ROOT, path)));
  return new Map(there.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
}

/** Reads what the official CLI has generated. */
export function readGeneratedCode(): Files {
  if (!existsSync(join(ROOT, GENERATED_CODE))) return new Map();
  return readFiles(
    readdirSync(join(ROOT, GENERATED_CODE)).map((name) => `${GENERATED_CODE}/${name}`),
  );
}

/** A single text, as this repository formats it. */
export async function formatted(path: string, text: string): Promise<Files> {
  const filepath = join(ROOT, path);
  const options = { ...(await resolveConfig(filepath)), filepath };
  return new Map([[path, await format(text, options)]]);
}

/** Writes these files. */
export function writeFiles(files: Files): void {
  for (const [path, text] of files) writeFileSync(join(ROOT, path), text);
}

/** Makes the generated code what it was. */
export function restoreGeneratedCode(before: Files): void {
  for (const path of readGeneratedCode().keys()) {
    if (!before.has(path)) rmSync(join(ROOT, path));
  }
  writeFiles(before);
}

/** A file that is not what it should be, and the first line in which it differs. */
export interface Difference {
  path: string;
  /** Counted from 1. */
  line: number;
}

/** The files that differ, in the order of their paths. */
export function differences(before: Files, after: Files): Difference[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, line: firstDifference(before.get(path), after.get(path)) }));
}

function firstDifference(before = "", after = ""): number {
  const [were, are] = [before.split("\n"), after.split("\n")];
  const same = are.findIndex((line, index) => line !== were[index]);
  return (same === -1 ? are.length : same) + 1;
}
