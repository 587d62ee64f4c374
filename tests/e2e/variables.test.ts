/** What an operator sets or removes by the official CLI is what the next action in Node goes by, without a push. */
import { beforeAll, expect, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import { runConvex } from "../../scripts/lib/convex-cli.ts";
import { refusal } from "../contract/backend.ts";
import { httpClient } from "../support/clients.ts";
import type { Ready } from "../support/dev.ts";
import { onDev } from "../support/dev-suite.ts";
import { freshToken, type Person } from "../support/emulators.ts";

let dev: Ready;
let ada: Person;
let dataDir: string;
onDev((suite) => ({ dev, ada, dataDir } = suite));

async function setVariable(...args: ["set", string, string] | ["remove", string]): Promise<void> {
  const result = await runConvex(dev, ["env", ...args], { cwd: `${dataDir}/cli` });
  expect(result, result.stderr).toMatchObject({ code: 0 });
}

async function client() {
  return httpClient(dev.url, await freshToken(dev, ada));
}

async function create(name: string) {
  return (await client()).action(api.projects.actions.create, { name, prompt: "A sundial." });
}

// The first call loads the modules: from then on Node has them.
beforeAll(async () => {
  await (await client()).action(api.auth.users.syncCurrentUser, {}); // the webhook may yet be on its way
  await create("Before");
});

test("a key that is removed is gone, a wrong one is tried, and the right one works again", async () => {
  await setVariable("remove", "DAYTONA_API_KEY");
  expect(await refusal(create("Without"))).toMatchObject({
    code: "SANDBOX_UNAVAILABLE",
    message: "Sandboxes are not set up on this deployment yet.",
  });
  await setVariable("set", "DAYTONA_API_KEY", "another_key");
  expect(await refusal(create("With another"))).toMatchObject({
    code: "SANDBOX_UNAVAILABLE",
    message: "The sandbox service rejected this deployment's API key.",
  });
  await setVariable("set", "DAYTONA_API_KEY", dev.daytonaApiKey);
  await create("With the right one");
});

test("the next turn runs the new command", async () => {
  await setVariable("set", "AGENT_COMMAND", "echo by the first");
  const { projectId } = await create("Two agents");
  const answers = async () => {
    const list = await (await client()).query(api.messages.queries.listByProject, { projectId });
    return list.filter(({ role }) => role === "assistant").map(({ content }) => content.trim());
  };
  const status = async () =>
    (await (await client()).query(api.projects.queries.getById, { projectId }))?.status;
  const patient = { timeout: 60_000 };
  await expect.poll(status, patient).toBe("ready");
  await setVariable("set", "AGENT_COMMAND", "echo by the second");
  await (await client()).mutation(api.turns.mutations.start, { projectId, prompt: "Again." });
  await expect.poll(status, patient).toBe("ready");
  expect(await answers()).toEqual(["by the first", "by the second"]);
});
