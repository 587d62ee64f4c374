/** The contract suites, which `tests/convex/` runs on convex-test, on the local deployment: over the wire. */
import { rmSync } from "node:fs";
import type { ClerkEmulator } from "@quaver/emulators";
import { afterAll, beforeAll, vi } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Backend, Caller } from "../contract/backend.ts";
import { describeMessages } from "../contract/messages.ts";
import { describeUsers } from "../contract/users.ts";
import { describeProjects } from "../contract/projects.ts";
import { startFakeClerk } from "../support/fake-clerk.ts";
import { httpClient, liveClient, Subscription } from "../support/clients.ts";
import { DevProcess, type Ready } from "../support/dev.ts";
import { freshToken, listSandboxes, signUp } from "../support/emulators.ts";
import { copyPushedData } from "../support/pushed-data.ts";
import { makeTempFolder } from "../support/temp.ts";

const [dataDir, twinDir] = [makeTempFolder(), makeTempFolder()];
let process_: DevProcess;
let dev: Ready;
let fake: ClerkEmulator | undefined;
let users = 0;

beforeAll(async () => {
  copyPushedData(dataDir);
  const args = ["--json", "--free-ports", "--data-dir", dataDir];
  process_ = new DevProcess(args, { newContexts: true });
  dev = await process_.ready();
  fake = await startFakeClerk(dataDir, twinDir, { issuer: dev.clerkUrl });
});

afterAll(async () => {
  await fake?.close();
  await process_.stop();
  for (const folder of [dataDir, twinDir]) rmSync(folder, { recursive: true, force: true });
});

/** Calls over HTTP, with a fresh token each time: Clerk's are good for a minute. */
function callerWith(token: () => Promise<string | undefined>): Caller {
  const client = async () => httpClient(dev.url, await token());
  return {
    query: async (reference, args) => (await client()).query(reference, args),
    mutation: async (reference, args) => (await client()).mutation(reference, args),
    action: async (reference, args) => (await client()).action(reference, args),
  };
}

const backend: Backend = {
  visitor: callerWith(() => Promise.resolve(undefined)),
  signUp: async (firstName) => {
    const user = await signUp(dev, `user${++users}@example.com`, firstName);
    const client = liveClient(dev.url, () => freshToken(dev, user));
    try {
      const { userLoginStatus } = api.auth.users;
      const status = new Subscription(client, "userLoginStatus", userLoginStatus, {});
      await status.until("Logged In", (value) => value.status === "Logged In");
    } finally {
      await client.close();
    }
    return callerWith(() => freshToken(dev, user));
  },
  unsynced: async () => {
    if (!fake) throw new Error("The second Clerk has not started.");
    const atFakeClerk = { ...dev, clerkUrl: fake.url };
    const user = await signUp(atFakeClerk, `unsynced${++users}@example.com`, "Una");
    return callerWith(() => freshToken(atFakeClerk, user));
  },
  fetch: (path, init) => fetch(`${dev.siteUrl}${path}`, init),
  sandboxNames: async () => (await listSandboxes(dev)).map(({ name }) => name),
  eventually: async (check) => {
    await vi.waitFor(check, { timeout: 20_000, interval: 50 });
  },
};

const start = () => Promise.resolve(backend);
describeUsers("the local deployment", start);
describeProjects("the local deployment", start);
describeMessages("the local deployment", start);
