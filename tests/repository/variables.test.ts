import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { setVariables } from "../../scripts/dev/convex/variables.ts";

const changesSchema = z.object({
  changes: z.array(z.object({ name: z.string(), value: z.string() })),
});

/** A deployment that has environment variables and nothing else. */
async function aDeployment(variables: Record<string, string>) {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      if (request.headers.authorization !== "Convex the-key") {
        response.writeHead(401).end('{"code":"BadDeployKey","message":"no"}');
      } else if (request.url === "/api/query") {
        const value = Object.entries(variables).map(([name, value]) => ({ name, value }));
        response.end(JSON.stringify({ status: "success", value }));
      } else {
        for (const { name, value } of changesSchema.parse(JSON.parse(body)).changes) {
          variables[name] = value;
        }
        response.end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, adminKey: "the-key", variables };
}

test("a missing variable is set", async () => {
  const deployment = await aDeployment({});
  await setVariables(deployment, { DAYTONA_API_KEY: "emulator" }, {});
  expect(deployment.variables).toEqual({ DAYTONA_API_KEY: "emulator" });
});

test("a variable that the user has set is kept, at every start", async () => {
  const deployment = await aDeployment({ DAYTONA_API_KEY: "a real key" });
  const memory = await setVariables(deployment, { DAYTONA_API_KEY: "emulator" }, {});
  await setVariables(deployment, { DAYTONA_API_KEY: "emulator" }, memory);
  expect(deployment.variables).toEqual({ DAYTONA_API_KEY: "a real key" });
});

test("a variable that an earlier start has set gets the emulator's new address", async () => {
  const deployment = await aDeployment({});
  const first = { CLERK_JWT_ISSUER_DOMAIN: "http://127.0.0.1:1" };
  const memory = await setVariables(deployment, first, {});
  await setVariables(deployment, { CLERK_JWT_ISSUER_DOMAIN: "http://127.0.0.1:2" }, memory);
  expect(deployment.variables).toEqual({ CLERK_JWT_ISSUER_DOMAIN: "http://127.0.0.1:2" });
});

test("a variable that the user has changed since is kept", async () => {
  const deployment = await aDeployment({});
  const memory = await setVariables(deployment, { DAYTONA_API_KEY: "emulator" }, {});
  deployment.variables.DAYTONA_API_KEY = "a real key";
  await setVariables(deployment, { DAYTONA_API_KEY: "emulator" }, memory);
  expect(deployment.variables).toEqual({ DAYTONA_API_KEY: "a real key" });
});

test("a variable that is not set this time is kept, and set again the next time", async () => {
  const deployment = await aDeployment({});
  const first = await setVariables(deployment, { AGENT_COMMAND: "one" }, {});
  const second = await setVariables(deployment, {}, first);
  expect(deployment.variables).toEqual({ AGENT_COMMAND: "one" });
  await setVariables(deployment, { AGENT_COMMAND: "other" }, second);
  expect(deployment.variables).toEqual({ AGENT_COMMAND: "other" });
});

test("the stored state contains no value", async () => {
  const memory = await setVariables(await aDeployment({}), { DAYTONA_API_KEY: "emulator" }, {});
  expect(JSON.stringify(memory)).not.toContain("emulator");
});

test("a refusal has a code", async () => {
  const deployment = { ...(await aDeployment({})), adminKey: "some other key" };
  await expect(setVariables(deployment, {}, {})).rejects.toMatchObject({
    code: "DEPLOYMENT_REFUSED",
  });
});
