/// <reference types="vite/client" />
/** The local deployment's contract (packages/local-deployment/tests/contract), on convex-test. */
import { convexTest } from "convex-test";
import { describe } from "vitest";
import type { Caller } from "../../packages/local-deployment/tests/contract/case.ts";
import { runCases } from "../../packages/local-deployment/tests/contract/case.ts";
import { CASES } from "../../packages/local-deployment/tests/contract/cases.ts";
import schema from "../../packages/local-deployment/tests/fixture/convex/schema.ts";

const modules = {
  ...import.meta.glob("../../packages/local-deployment/tests/fixture/convex/**/*.ts"),
  // By which convex-test tells where the functions are; the fixture has no generated code.
  "../../packages/local-deployment/tests/fixture/convex/_generated/api.js": () =>
    Promise.resolve({}),
};

/** `convex-test` derives its arguments from the reference in a way that generic code can't follow. */
function start(): Promise<Caller> {
  const t = convexTest(schema, modules);
  return Promise.resolve({
    query: t.query as Caller["query"],
    mutation: t.mutation as Caller["mutation"],
    action: t.action as Caller["action"],
  });
}

for (const [about, cases] of Object.entries(CASES)) {
  describe(about, () => {
    runCases("convex-test", cases, start);
  });
}
