/** Finds a Chromium on this machine: none is downloaded. */
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { chromium } from "playwright-core";

/** The names that Chromium and its kin have on a PATH. The one without windows, which takes a third less time, is first. */
const NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "microsoft-edge-stable",
  "brave-browser",
];

/** Where macOS keeps them. */
const APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/** What to do about there being none. */
export const NO_BROWSER =
  "No Chromium was found, so nothing is tested in a browser. Install one (on Debian: apt-get install chromium-headless-shell), " +
  "or name one: CHROMIUM=/path/to/chromium.";

/**
 * The path of a Chromium: the one that `CHROMIUM` names, one on the PATH or where macOS keeps it, or the one that
 * Playwright has downloaded for somebody before. Null when there is none.
 * @throws Error when `CHROMIUM` names something that can't be run
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | null {
  const { CHROMIUM: named } = env;
  if (named) {
    const found = isAbsolute(named) ? executable(named) : onPath([named], env.PATH);
    if (found === null) throw new Error(`CHROMIUM is "${named}", which can't be run.`);
    return found;
  }
  return onPath(NAMES, env.PATH) ?? firstOf(APPLICATIONS) ?? executable(chromium.executablePath());
}

function onPath(names: string[], path = ""): string | null {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  return firstOf(names.flatMap((name) => folders.map((folder) => join(folder, name))));
}

function firstOf(files: string[]): string | null {
  return files.find((file) => executable(file) !== null) ?? null;
}

function executable(file: string): string | null {
  try {
    accessSync(file, constants.X_OK);
    return file;
  } catch {
    return null;
  }
}
