import { symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseOptions } from "../../scripts/dev/options.ts";
import { ROOT } from "../../scripts/lib/convex-cli.ts";
import { makeTempFolder } from "../support/folders.ts";

test("without flags it is for a person, on the usual ports, in .quaver", () => {
  expect(parseOptions([])).toEqual({
    json: false,
    freePorts: false,
    example: true,
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

test("a program may want the backend alone", () => {
  expect(parseOptions(["--json", "--no-example"])).toMatchObject({ json: true, example: false });
});

test("naming the usual folder in another way is still the usual folder", () => {
  expect(parseOptions([`--data-dir=${ROOT}/x/../.quaver/`]).isDefaultDataDir).toBe(true);
});

test("front ends of one's own are named by their origins", () => {
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

describe("a data folder is not among what is served", () => {
  test.each(["example/data", "convex", "node_modules/.cache/quaver"])("%s", (folder) => {
    const dataDir = `--data-dir=${ROOT}/${folder}`;
    expect(() => parseOptions([dataDir])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  test("by a link neither", () => {
    const link = join(makeTempFolder(), "link");
    symlinkSync(join(ROOT, "example"), link);
    expect(() => parseOptions([`--data-dir=${link}/data`])).toThrow(
      expect.objectContaining({ code: "USAGE" }),
    );
  });

  test("beside them it may be", () => {
    const dataDir = resolve(ROOT, "example-data");
    expect(parseOptions([`--data-dir=${dataDir}`]).dataDir).toBe(dataDir);
  });
});

test.each([[["--jsno"]], [["--data-dir"]], [["extra"]]])("%j is refused with a code", (argv) => {
  expect(() => parseOptions(argv)).toThrow(expect.objectContaining({ code: "USAGE" }));
});
