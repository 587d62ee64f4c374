import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseOptions } from "../../scripts/dev/options.ts";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { makeTempFolder } from "../support/folders.ts";

test("the defaults: a screen for people, the usual ports, .quaver", () => {
  expect(parseOptions([])).toEqual({
    json: false,
    agent: false,
    freePorts: false,
    example: true,
    built: false,
    watch: true,
    keepContexts: false,
    dataDir: resolve(ROOT, ".quaver"),
    isDefaultDataDir: true,
    origins: [],
    help: false,
  });
});

test("another data folder is not the one .env.local points at", () => {
  const options = parseOptions(["--json", "--free-ports", "--data-dir", "/tmp/elsewhere"]);
  expect(options).toMatchObject({ json: true, freePorts: true, dataDir: "/tmp/elsewhere" });
  expect(options.isDefaultDataDir).toBe(false);
});

test("--built serves the example as built for production", () => {
  expect(parseOptions(["--built"])).toMatchObject({ example: true, built: true });
});

test("--no-watch pushes once", () => {
  expect(parseOptions(["--no-watch"])).toMatchObject({ watch: false });
});

test("--keep-contexts lets calls reuse their modules", () => {
  expect(parseOptions(["--keep-contexts"])).toMatchObject({ keepContexts: true });
});

test("--no-example starts the backend alone", () => {
  expect(parseOptions(["--json", "--no-example"])).toMatchObject({ json: true, example: false });
});

test("the usual folder is recognised by any name", () => {
  expect(parseOptions([`--data-dir=${ROOT}/x/../.quaver/`]).isDefaultDataDir).toBe(true);
});

test("--origin adds front ends", () => {
  const origins = ["http://localhost:3000", "https://app.localhost"];
  const argv = origins.flatMap((origin) => ["--origin", origin]);
  expect(parseOptions(argv).origins).toEqual(origins);
});

test.each(["localhost:3000", "http://localhost:3000/", "http://localhost:3000/app", "*", "null"])(
  "%s is no origin",
  (origin) => {
    expect(() => parseOptions([`--origin=${origin}`])).toThrow(
      expect.objectContaining({ code: "USAGE" }),
    );
  },
);

describe("a data folder inside a folder that Vite serves is refused", () => {
  test.each(["example/data", "convex", "node_modules/.cache/quaver"])("%s", (folder) => {
    const dataDir = `--data-dir=${ROOT}/${folder}`;
    expect(() => parseOptions([dataDir])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("through a symbolic link", () => {
    const link = join(makeTempFolder(), "link");
    symlinkSync(join(ROOT, "example"), link);
    expect(() => parseOptions([`--data-dir=${link}/data`])).toThrow(
      expect.objectContaining({ code: "USAGE" }),
    );
  });

  test("a folder beside them is accepted", () => {
    const dataDir = resolve(ROOT, "example-data");
    expect(parseOptions([`--data-dir=${dataDir}`]).dataDir).toBe(dataDir);
  });
});

test.each([[["--jsno"]], [["--data-dir"]], [["extra"]]])("%j is refused with a code", (argv) => {
  expect(() => parseOptions(argv)).toThrow(expect.objectContaining({ code: "USAGE" }));
});
