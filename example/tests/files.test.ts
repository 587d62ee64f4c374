import { expect, test } from "vitest";
import { highlight } from "../src/code/highlight";
import { languageOf } from "../src/code/languages";
import { displayName, joinPath } from "../src/files/paths";

test("a file's language is known by its name, where there is highlighting for it", () => {
  const known = ["index.html", "src/App.tsx", "a.mjs", "style.css", "data.json", "README.md"];
  for (const path of [...known, ".gitignore", "Dockerfile", "icon.svg", "a.yml", ".env.example"])
    expect(highlight("a", languageOf(path) ?? ""), path).not.toBeNull();
  for (const path of ["LICENSE", "a.zip", "a.constructor", "__proto__"])
    expect(highlight("a", languageOf(path) ?? ""), path).toBeNull();
});

test("the app's own folder is the empty path", () => {
  expect(joinPath("", "a")).toBe("a");
  expect(joinPath("a/b", "c d")).toBe("a/b/c d");
});

test("a name with line breaks, or with what turns text around, stays on its line", () => {
  expect(displayName("a\nb\r.txt")).toBe("a\ufffdb\ufffd.txt");
  expect(displayName("x\u202egnp.exe")).toBe("x\ufffdgnp.exe");
});
