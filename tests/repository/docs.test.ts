/**
 * Commands, paths and links are right: in the documents, and in the comments of the sources.
 * What is generated is checked by `bun run generated:check`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import GithubSlugger from "github-slugger";
import { describe, expect, test } from "vitest";
import schema from "../../convex/schema.ts";
import manifest from "../../package.json" with { type: "json" };
import { ROOT } from "../../scripts/lib/convex-cli.ts";

/** A document, or the comments of a source. */
interface Text {
  /** From the root, with `/`. */
  path: string;
  prose: string;
  /** What is in code type. */
  spans: string[];
  /** Blocks for the shell. */
  shell: string[];
}

const FOLDERS = ["convex", "docs", "example", "packages", "scripts", "tests"];

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const firstGroups = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, group = ""]) => group);

function filesIn(folder: string): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return names
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => !/\/(?:node_modules|dist|_generated)\//.test(path));
}

function parseDocument(path: string, text = read(path)): Text {
  const blocks = [...text.matchAll(/^ *(?:\d\. )?```(\w*)\n([^]*?)^ *```/gm)];
  const prose = blocks.reduce((rest, [block]) => rest.replace(block, ""), text);
  const shell = blocks.filter(([, language]) => language === "sh").map(([, , block = ""]) => block);
  return { path, prose, spans: firstGroups(prose, /`([^`]+)`/g), shell };
}

function parseComments(path: string, text = read(path)): Text {
  const found = text.match(/\/\*[^]*?\*\/|(?<=^|\s)\/\/ .*$/gm) ?? [];
  const prose = found.join("\n").replace(/\n\s*(?:\*|\/\/) /g, " ");
  return { path, prose, spans: firstGroups(prose, /`([^`\n]+)`/g), shell: [] };
}

const files = FOLDERS.flatMap(filesIn);
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...files.filter((path) => path.endsWith(".md")),
].map((path) => parseDocument(path));
const sources = files.filter(
  (path) => /\.(?:ts|tsx|js|css)$/.test(path) && path !== "tests/repository/docs.test.ts",
);

const scripts: Partial<Record<string, string>> = manifest.scripts;
const testProjects = firstGroups(read("vitest.config.ts"), /name: "(\w+)"/g);
const cli = filesIn("node_modules/convex/src/cli").filter((path) => path.endsWith(".ts"));
const cliSource = cli.map(read).join("\n");

/** The commands of a text that begin with `start`, each in words; quotes hold words together. */
function commandsIn({ shell, spans }: Text, start: RegExp): string[][] {
  const lines = [...shell.flatMap((block) => block.split("\n")), ...spans];
  const rests = lines.flatMap((line) =>
    line
      .replace(/(?:^|\s)#.*$/, "")
      .split(start)
      .slice(1),
  );
  const first = (rest: string) => rest.split(/ [|;&]/)[0] ?? "";
  return rests.map((rest) => first(rest).match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? []);
}

const bunCommands = (text: Text) => commandsIn(text, /\bbun(?:@[\d.]+)? run /);
const convexCommands = (text: Text) => commandsIn(text, /^(?:npx )?convex (?=[a-z])/);
const vitestCommands = (text: Text) => commandsIn(text, /\bvitest run /);

/** Is there such a script, in such a workspace, and does its source take these flags? */
function wrongInBunCommand([script = "", ...args]: string[]): string[] {
  if (script === "--cwd") {
    const manifest = read(`${args[0] ?? ""}/package.json`);
    return manifest.includes(`"${args[1] ?? ""}": `) ? [] : [`bun run ${args.join(" ")}`];
  }
  const line = scripts[script];
  if (line === undefined) return [`bun run ${script}`];
  if (line.startsWith("convex ")) return wrongInConvexCommand([line.slice(7), ...args]);
  const [entry = ""] = /scripts\/[\w/-]+\.ts/.exec(line) ?? [];
  const own = files.filter((path) => path === entry || path.startsWith(`${dirname(entry)}/`));
  const source = own
    .filter((path) => path.endsWith(".ts"))
    .map(read)
    .join("\n");
  const flags = args.filter((arg) => arg.startsWith("--"));
  return flags
    .filter((flag) => !new RegExp(`"?\\b${flag.slice(2)}"?: \\{\\s*type: "`).test(source))
    .map((flag) => `bun run ${script} ${flag}`);
}

/** Does the installed CLI have the command and its flags, and the backend what it is asked for? */
function wrongInConvexCommand([command = "", ...args]: string[]): string[] {
  const [first = "", second = "{}"] = args.filter((arg) => !arg.startsWith("-"));
  const flags = args.filter((arg) => arg.startsWith("--"));
  const isRight =
    cliSource.includes(`new Command("${command}")`) &&
    flags.every((flag) => new RegExp(`[" ]${flag}[" ]`).test(cliSource)) &&
    (command !== "run" || first === "" || (isFunction(first) && isJson(second))) &&
    (command !== "data" || first === "" || first in schema.tables) &&
    (command !== "env" || /^(?:list|get|set|remove)$/.test(first)) &&
    (command !== "env" || !/^[A-Z]/.test(second) || isVariable(second));
  return isRight ? [] : [`convex ${[command, ...args].join(" ")}`];
}

function isFunction(name: string): boolean {
  const [module = "", exported = ""] = name.split(":");
  const path = `convex/${module}.ts`;
  return files.includes(path) && read(path).includes(`export const ${exported} = `);
}

function isVariable(name: string): boolean {
  return name === "NAME" || read("convex/convex.config.ts").includes(` ${name}: v.`);
}

function isJson(argument: string): boolean {
  try {
    JSON.parse(argument.replace(/^'|'$/g, ""));
    return true;
  } catch {
    return false;
  }
}

function wrongCommands(text: Text): string[] {
  const unknown = vitestCommands(text).filter(
    ([flag, name = ""]) => flag === "--project" && !testProjects.includes(name),
  );
  const broken = text.shell.filter((input) => spawnSync("bash", ["-n"], { input }).status !== 0);
  return [
    ...bunCommands(text).flatMap(wrongInBunCommand),
    ...convexCommands(text).flatMap(wrongInConvexCommand),
    ...unknown.map((words) => `vitest run ${words.join(" ")}`),
    ...broken,
  ];
}

const FILE = String.raw`[\w.-]+\.(?:tsx?|js|json|md|html|css|svg|png)`;
const TOP = `(?:${FOLDERS.join("|")})`;
const DOMAIN = `(?:${readdirSync(join(ROOT, "convex")).join("|")})`;
const IN_CODE_TYPE = new RegExp(
  String.raw`^(?:${TOP}/[\w./-]*|${DOMAIN}/[\w./-]+\.ts|${FILE}|\.(?![jt]sx?$)[a-z][\w./-]*)$`,
);
const IN_PROSE = new RegExp(
  String.raw`(?<![\w/.:@*~\x60-])(?:${TOP}/(?:[\w.-]+/)*${FILE}|(?:[\w-]+/)+[\w-]+\.md)\b`,
  "g",
);

/** Names that files have in any Convex project. */
const CONVEX_FILES = ["convex.json", "convex.config.js"];

/** Paths from the root or below `convex/`, names of files, and hidden files. */
function pathsIn({ prose, spans }: Text): string[] {
  return [...spans.filter((span) => IN_CODE_TYPE.test(span)), ...(prose.match(IN_PROSE) ?? [])];
}

/** The paths that are no file here: neither from the root, nor beside the text, nor as the end of another path. */
function wrongPaths(text: Text): string[] {
  const beside = (path: string) => existsSync(join(ROOT, dirname(text.path), path));
  return pathsIn(text).filter((path) => !exists(path) && !beside(path) && !isIgnored(path));
}

function exists(path: string): boolean {
  return (
    ["", ".ts", ".d.ts"].some((ending) => existsSync(join(ROOT, path + ending))) ||
    existsSync(join(ROOT, "node_modules", path)) || // such as `convex/server`
    files.some((file) => file.endsWith(`/${path}`)) ||
    CONVEX_FILES.includes(path)
  );
}

/** Files that are made on each machine are listed in .gitignore. */
function isIgnored(path: string): boolean {
  const ignored = read(".gitignore").split("\n").filter(Boolean);
  return ignored.some(
    (line) => path === line || `${path}/` === line || (line.endsWith("/") && path.startsWith(line)),
  );
}

/** "`name` (`path/to/file.ts`)": a name and the file that it is in. */
function wrongDefinitions({ prose }: Text): string[] {
  const found = prose.matchAll(/`([A-Za-z_$][\w$.]*)`,? \((?:in )?`([\w./-]+\.(?:ts|tsx|js))`/g);
  return [...found]
    .filter(([, name = "", path = ""]) => {
      const file = files.find((one) => one === path || one === `convex/${path}`);
      const last = name.split(".").at(-1) ?? "";
      return file === undefined || !new RegExp(`\\b${last}\\b`).test(read(file));
    })
    .map(([whole]) => whole);
}

function anchorsIn({ prose }: Text): Set<string> {
  const slugger = new GithubSlugger();
  return new Set(firstGroups(prose, /^#+ (.*)$/gm).map((heading) => slugger.slug(heading)));
}

function linksIn({ prose }: Text): string[] {
  const targets = firstGroups(prose, /(?:\]\(|\b(?:src|srcset|href)=")([^)"\s]+)[)"]/g);
  return targets.filter((target) => !/^(?:https?|mailto):/.test(target));
}

function brokenLinks(text: Text): string[] {
  return linksIn(text).filter((link) => {
    const [file = "", anchor] = link.split("#");
    const path = file === "" ? text.path : posix.join(dirname(text.path), file);
    if (!existsSync(join(ROOT, path))) return true;
    return anchor !== undefined && !anchorsIn(parseDocument(path)).has(anchor);
  });
}

/** What is wrong in a text, each with its path. */
function wrongIn(text: Text): string[] {
  const links = text.path.endsWith(".md") ? brokenLinks(text) : [];
  const wrong = [wrongCommands, wrongPaths, wrongDefinitions].flatMap((check) => check(text));
  return [...wrong, ...links].map((what) => `${text.path}: ${what}`);
}

test.each(documents.map((text) => [text.path, text] as const))("%s", (_path, text) => {
  expect(wrongIn(text)).toEqual([]);
});

test.each(FOLDERS)("comments in %s/", (folder) => {
  const comments = sources
    .filter((path) => path.startsWith(folder))
    .map((path) => parseComments(path));
  expect(comments.flatMap(wrongIn)).toEqual([]);
});

test(".env.example", () => {
  expect(wrongIn(parseDocument(".env.example"))).toEqual([]);
});

describe("mistakes are found", () => {
  test.each([
    "`bun run nonsense`",
    "`bun run dev --nonsense`",
    "`bun run codegen --json`",
    "```sh\nnpx --yes bun@1 run nonsense\n```",
    "`npx convex nonsense`",
    "`npx convex run projects/reconcile/sweep:nonsense`",
    "```sh\nnpx convex run auth/sync:removeUser '{clerkId}'\n```",
    "`npx convex env nonsense`",
    "`npx convex env set CLERK_NONSENSE x`",
    "`npx convex data nonsense`",
    "`npx convex logs --nonsense`",
    "`npx vitest run --project nonsense`",
    "```sh\nif true; then\n```",
    "`convex/nonsense.ts`",
    "see docs/nonsense.md",
    "`nonsense.ts`",
    "`tests/nonsense/`",
    "`.nonsense`",
    "`nonsense` (`convex/projects/access.ts`)",
    "[a](nonsense.md)",
    "[a](guarantees.md#nonsense)",
    "[a](#nonsense)",
    '<img src="nonsense.png">',
  ])("%s", (line) => {
    expect(wrongIn(parseDocument("docs/wrong.md", line))).toHaveLength(1);
  });

  test("in a comment", () => {
    const source = "/**\n * Says `bun run\n * nonsense`.\n */\nconst a = 1; // in `nonsense.ts`\n";
    expect(wrongIn(parseComments("convex/wrong.ts", source))).toHaveLength(2);
  });
});

test("CONTRIBUTING.md tells how to run each kind of test", () => {
  const [, contributing] = documents;
  const byScript = bunCommands(contributing!).map(([script = ""]) => scripts[script] ?? "");
  const byVitest = vitestCommands(contributing!).map((words) => words.join(" "));
  const named = [...byVitest, ...byScript].join("\n");
  expect(firstGroups(named, /--project (\w+)/g)).toEqual(expect.arrayContaining(testProjects));
});
