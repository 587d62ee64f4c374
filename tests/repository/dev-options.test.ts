import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseOptions } from "../../scripts/dev/options.ts";
import { ROOT } from "../../scripts/lib/convex-cli.ts";

test("without flags it is for a person, on the usual ports, in .quaver", () => {
  expect(parseOptions([])).toEqual({
    json: false,
    freePorts: false,
    example: true,
    dataDir: resolve(ROOT, ".quaver"),
    isDefaultDataDir: true,
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

test.each([[["--jsno"]], [["--data-dir"]], [["extra"]]])("%j is refused with a code", (argv) => {
  expect(() => parseOptions(argv)).toThrow(expect.objectContaining({ code: "USAGE" }));
});
