/** Every function, internal ones too, says what it takes and what it gives. */
import { expect, test } from "vitest";
import { registeredFunctions } from "./support/registeredFunctions.ts";

test("no function takes or returns just anything", async () => {
  const functions = await registeredFunctions();
  expect(functions.map(({ path }) => path)).toContain("projects/sandbox/create:finishCreate");
  for (const { path, args, returns } of functions) {
    expect.soft(args, `args of ${path}`).toMatchObject({ type: "object" });
    expect.soft(JSON.stringify([args, returns]), path).not.toContain('{"type":"any"}');
    expect.soft(returns, `returns of ${path}`).not.toBeNull();
  }
});
