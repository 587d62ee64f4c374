import { ConvexHttpClient } from "convex/browser";
import { expect, test } from "vitest";
import { api } from "./support/api.ts";
import { fixtureDeployment } from "./support/push.ts";
const deployment = fixtureDeployment();
test("x", async () => {
  const client = new ConvexHttpClient(deployment.current.url, { logger: false });
  expect(await client.query(api.calls.double, { n: 2 })).toBe(4);
});
