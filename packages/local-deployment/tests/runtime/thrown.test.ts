import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bunPath } from "../../../../tests/support/bun.ts";

/** Throws in a floating promise, and reads the error's frames after its function was garbage collected. */
const SCRIPT = `
  import { constants, createContext, Script } from "node:vm";
  import { framesOfError } from "${new URL("../../src/runtime/errors/thrown.ts", import.meta.url).href}";
  let thrown;
  process.once("unhandledRejection", (reason) => (thrown = reason));
  const tick = () => new Promise((resolve) => setImmediate(resolve));
  async function leave() {
    const script = new Script(
      "(function () { void (async () => { await null; named(); })(); function named() { throw new Error('x'); } })",
      { filename: "convex:///a.js" },
    );
    script.runInContext(createContext(constants.DONT_CONTEXTIFY))();
    await tick();
  }
  await leave();
  Bun.gc(true);
  await tick();
  Bun.gc(true);
  console.log(JSON.stringify(framesOfError(thrown)));
`;

test("an error has its frames even if its function was garbage collected before they were read", () => {
  const printed = execFileSync(bunPath(), ["-e", SCRIPT], { encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual([
    { call: "named", path: "a.js", line: 1, column: expect.any(Number) as number },
    { call: "", path: "a.js", line: 1, column: expect.any(Number) as number },
  ]);
});
