/** What the README names must be there: paths, scripts, links, variables, test projects. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import manifest from "../../package.json" with { type: "json" };

const readme = readFileSync(join(ROOT, "README.md"), "utf8");

/** All matches of the pattern's first group, each once. */
function named(pattern: RegExp, text = readme): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))];
}

test("every script it names is in package.json", () => {
  const scripts = named(/bun(?:@1)? run ([\w:]+)/g);
  expect(scripts).toEqual(expect.arrayContaining(["dev", "test", "check", "codegen", "deploy"]));
  expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts));
});

test("every path it names exists", () => {
  const paths = named(/`((?:convex|packages|scripts|tests)\/[\w./-]*|\.env\.example)`/g);
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("every link inside the repository leads somewhere", () => {
  const targets = named(/\]\((?!https?:)([^)#]+)/g);
  expect(targets).toContain("LICENSE");
  expect(targets.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test("every package it names is a workspace of that name", () => {
  for (const name of named(/`@quaver\/([\w-]+)`/g)) {
    const file = join(ROOT, "packages", name, "package.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ name: `@quaver/${name}` });
  }
});

test("every test project it names is configured", () => {
  const config = readFileSync(join(ROOT, "vitest.config.ts"), "utf8");
  const projects = named(/--project (\w+)/g);
  expect(projects).toHaveLength(5);
  expect(named(/name: "(\w+)"/g, config)).toEqual(expect.arrayContaining(projects));
});

test("every variable it tells to set is declared and in .env.example", () => {
  const example = readFileSync(join(ROOT, ".env.example"), "utf8");
  const declared = readFileSync(join(ROOT, "convex/convex.config.ts"), "utf8");
  for (const name of named(/`((?:CLERK|DAYTONA|STRIPE)_[A-Z_]+)`/g)) {
    expect(declared).toContain(`${name}:`);
    expect(example).toContain(name);
  }
});
