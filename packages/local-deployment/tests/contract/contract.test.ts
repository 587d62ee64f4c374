/** The cases of the contract, on the local deployment: over the wire. */
import { ConvexHttpClient } from "convex/browser";
import { describe } from "vitest";
import { fixtureDeployment } from "../wire/support/deployment.ts";
import type { Caller } from "./case.ts";
import { runCases } from "./case.ts";
import { CASES } from "./cases.ts";

const fixture = fixtureDeployment();

function start(): Promise<Caller> {
  const client = new ConvexHttpClient(fixture.current.url, { logger: false });
  return Promise.resolve({
    query: (reference, args) => client.query(reference, args),
    mutation: (reference, args) => client.mutation(reference, args),
    action: (reference, args) => client.action(reference, args),
  });
}

for (const [about, cases] of Object.entries(CASES)) {
  describe(about, () => {
    runCases("the local deployment", cases, start);
  });
}
