/** The types that `bun run dev` checks beside its pushes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TypeCheck } from "../../scripts/dev/convex/type-check.ts";
import { tempFolder } from "../support/temp.ts";

/** A project of one file, its check, and what that has said so far. */
function aProject() {
  const folder = tempFolder();
  const compilerOptions = { strict: true, types: [], lib: ["ES2023"], skipLibCheck: true };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  let said = "";
  const screen = { write: (text: string) => (said += text) };
  const types = new TypeCheck(screen, { folder, buildInfo: join(folder, "types.json") });
  return {
    types,
    save: (text: string) => writeFileSync(join(folder, "file.ts"), text),
    said: () => said,
  };
}

const RIGHT = "export const one: number = 1;\n";
const WRONG = "export const one: string = 1;\n";

test("errors are shown, and that there are none any more; what is right is no news", async () => {
  const { types, save, said } = aProject();
  save(RIGHT);
  await types.check();
  expect(said()).toBe("");
  save(WRONG);
  await types.check();
  expect(said()).toMatch(/^✖ Type errors, which stop no push:\n.*file\.ts\(1,14\): error TS2322: /);
  save(RIGHT);
  await types.check();
  expect(said()).toMatch(/\n✔ No type errors any more\.\n$/);
});

test("a check that a later save overtakes says nothing, and so does one that is ended", async () => {
  const { types, save, said } = aProject();
  save(WRONG);
  const overtaken = types.check();
  save(RIGHT);
  await Promise.all([overtaken, types.check()]);
  save(WRONG);
  const ended = types.check();
  types.close();
  await ended;
  expect(said()).toBe("");
});
