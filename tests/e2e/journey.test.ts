/**
 * The whole path, from `bun run dev` on an empty data folder: a user signs up, makes a project, talks in it, and
 * finds everything again after the servers were stopped, by Ctrl-C and by `kill -9`. All through the official clients
 * and the official CLI; nothing here reaches into the backend.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ConvexClient } from "convex/browser";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { api } from "../../convex/_generated/api.js";
import type { Id } from "../../convex/_generated/dataModel.js";
import { ROOT, runConvex, spawnConvex } from "../../scripts/lib/convex-cli.ts";
import { httpClient, liveClient, Subscription } from "../support/clients.ts";
import { DevProcess, within, type Ready } from "../support/dev.ts";
import { freshToken, listSandboxes, signUp, type Person } from "../support/emulators.ts";
import { makeTempFolder } from "../support/temp.ts";

const dataDir = makeTempFolder();
let process_: DevProcess;
let dev: Ready;
let ada: Person;
let projectId: Id<"projects">;
let sandboxId: string;

async function start(): Promise<void> {
  const args = ["--json", "--free-ports", "--data-dir", dataDir];
  process_ = new DevProcess(args, { newContexts: true });
  dev = await process_.ready();
}

/** A live client for Ada, closed when the test is over. */
function adasClient(): ConvexClient {
  const client = liveClient(dev.url, () => freshToken(dev, ada));
  onTestFinished(() => client.close());
  return client;
}

async function adasHttpClient() {
  return httpClient(dev.url, await freshToken(dev, ada));
}

/** The files of `convex/_generated`, by name. */
function readGenerated(): Record<string, string> {
  const folder = join(ROOT, "convex/_generated");
  const read = (name: string) => [name, readFileSync(join(folder, name), "utf8")] as const;
  return Object.fromEntries(readdirSync(folder).map(read));
}

beforeAll(start);

afterAll(async () => {
  process_.signalGroup("SIGKILL");
  await process_.finished;
  rmSync(dataDir, { recursive: true, force: true });
});

describe("signing in", () => {
  test("a visitor has no token", async () => {
    const status = await httpClient(dev.url).query(api.auth.users.userLoginStatus, {});
    expect(status).toEqual({ status: "No JWT Token", user: null });
  });

  test("signing up at Clerk reaches the backend by webhook, and the open page sees it", async () => {
    ada = await signUp(dev, "ada@example.com", "Ada");
    const status = new Subscription(
      adasClient(),
      "userLoginStatus",
      api.auth.users.userLoginStatus,
      {},
    );
    const { user } = await status.until("Logged In", (value) => value.status === "Logged In");
    expect(user?.clerkUser).toMatchObject({ id: ada.id, first_name: "Ada" });
  });

  test("a valid token before the user's row is there gives No Clerk User", async () => {
    const grace = await signUp(dev, "grace@example.com", "Grace");
    // The webhook is on its way: what counts is that every answer is one of the two, and the last is the second.
    const client = liveClient(dev.url, () => freshToken(dev, grace));
    onTestFinished(() => client.close());
    const status = new Subscription(client, "userLoginStatus", api.auth.users.userLoginStatus, {});
    await status.until("Logged In", (value) => value.status === "Logged In");
    const before = status.seen.slice(0, -1).map((value) => value.status);
    expect(new Set([...before, "No Clerk User"])).toEqual(new Set(["No Clerk User"]));
  });
});

describe("a project", () => {
  test("appears as creating and becomes ready in a second tab", async () => {
    const list = new Subscription(
      adasClient(),
      "listForCurrentUser",
      api.projects.queries.listForCurrentUser,
      {},
    );
    await list.until("no project yet", (projects) => projects.length === 0);

    const client = await adasHttpClient();
    ({ projectId, sandboxId } = await client.action(api.projects.actions.create, {
      name: "A sundial",
      prompt: "Draw a sundial that tells the time where I am.",
    }));

    await list.until("ready", ([project]) => project?.status === "ready");
    const statuses = list.seen.map(([project]) => project?.status);
    expect(statuses).toContain("creating");
    expect(list.seen.at(-1)).toMatchObject([{ _id: projectId, name: "A sundial", sandboxId }]);
  });

  test("has its sandbox at Daytona, labelled with the project's id", async () => {
    const sandboxes = await listSandboxes(dev);
    expect(sandboxes).toMatchObject([
      { id: sandboxId, state: "started", labels: { app: "quaver", projectId } },
    ]);
  });

  test("is found by its id and by its sandbox's", async () => {
    const client = await adasHttpClient();
    const byId = await client.query(api.projects.queries.getById, { projectId });
    const bySandbox = await client.query(api.projects.queries.getBySandboxId, { sandboxId });
    expect(byId).toMatchObject({ _id: projectId, sandboxId, status: "ready" });
    expect(bySandbox).toEqual(byId);
  });

  test("can be renamed", async () => {
    const client = await adasHttpClient();
    await client.mutation(api.projects.mutations.rename, { projectId, name: "  A moondial  " });
    const project = await client.query(api.projects.queries.getById, { projectId });
    expect(project?.name).toBe("A moondial");
  });
});

describe("a conversation", () => {
  test("each message reaches the subscriber, with its text and its reasoning", async () => {
    const messages = new Subscription(
      adasClient(),
      "listByProject",
      api.messages.queries.listByProject,
      { projectId },
    );
    const client = await adasHttpClient();
    await client.mutation(api.messages.mutations.insert, {
      projectId,
      role: "user",
      content: "Make the shadow longer.",
    });
    await messages.until("the user's message", (list) =>
      list.some((message) => message.content === "Make the shadow longer."),
    );
    const parts = [
      { type: "reasoning" as const, text: "A longer gnomon casts a longer shadow.", duration: 3 },
      { type: "text" as const, text: "Done." },
    ];
    await client.mutation(api.messages.mutations.insert, {
      projectId,
      role: "assistant",
      content: "Done.",
      parts,
    });
    const list = await messages.until("the answer", (seen) =>
      seen.some((message) => message.role === "assistant"),
    );
    expect(list.slice(-2)).toMatchObject([
      { role: "user", content: "Make the shadow longer." },
      { role: "assistant", content: "Done.", parts },
    ]);
  });

  test("a message sent twice under one client id is stored once", async () => {
    const client = await adasHttpClient();
    const message = {
      projectId,
      role: "user" as const,
      content: "Once, please.",
      clientMessageId: "tab-1:1",
    };
    const first = await client.mutation(api.messages.mutations.insert, message);
    const second = await client.mutation(api.messages.mutations.insert, message);
    expect(second).toBe(first);
    const list = await client.query(api.messages.queries.listByProject, { projectId });
    expect(list.filter(({ content }) => content === "Once, please.")).toHaveLength(1);
  });
});

describe("an operator with the official CLI", () => {
  const convex = async (...args: string[]) => {
    const result = await runConvex(dev, args, { cwd: `${dataDir}/cli` });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result.stdout;
  };

  test("`convex run` calls a function", async () => {
    const answer: unknown = JSON.parse(await convex("run", "auth/users:userLoginStatus"));
    expect(answer).toEqual({ status: "No JWT Token", user: null });
  });

  test("`convex env` sets, gets, lists and removes a variable", async () => {
    await convex("env", "set", "QUAVER_DEPLOYMENT", "e2e");
    expect((await convex("env", "get", "QUAVER_DEPLOYMENT")).trim()).toBe("e2e");
    expect(await convex("env", "list")).toContain("QUAVER_DEPLOYMENT=e2e");
    await convex("env", "remove", "QUAVER_DEPLOYMENT");
    expect(await convex("env", "list")).not.toContain("QUAVER_DEPLOYMENT");
  });

  test("`convex data` shows tables and rows", async () => {
    expect((await convex("data")).split("\n")).toEqual(
      expect.arrayContaining(["messages", "projects", "users"]),
    );
    expect(await convex("data", "projects")).toContain("A moondial");
  });

  test("`convex logs` shows what functions did, and follows", async () => {
    const logs = spawnConvex(dev, ["logs", "--history", "500", "--success"], {
      cwd: `${dataDir}/cli`,
      output: ["pipe", "pipe"],
    });
    onTestFinished(() => void logs.kill("SIGKILL"));
    let shown = "";
    const renamed = new Promise<void>((resolve) => {
      for (const stream of [logs.stdout, logs.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => {
          shown += text;
          if (shown.includes("projects/mutations:rename")) resolve();
        });
      }
    });
    await within(30_000, "the rename in the logs", renamed, () => shown);
  });

  test("`convex codegen` writes what is committed", async () => {
    const before = readGenerated();
    await convex("codegen", "--typecheck", "disable");
    expect(readGenerated()).toEqual(before);
  });
});

describe("stopping and starting again", () => {
  const isAllThere = async () => {
    const client = await adasHttpClient();
    const { status, user } = await client.query(api.auth.users.userLoginStatus, {});
    expect({ status, id: user?.clerkUser.id }).toEqual({ status: "Logged In", id: ada.id });
    const project = await client.query(api.projects.queries.getById, { projectId });
    expect(project).toMatchObject({ name: "A moondial", sandboxId, status: "ready" });
    const messages = await client.query(api.messages.queries.listByProject, { projectId });
    expect(messages.map(({ content }) => content)).toEqual(
      expect.arrayContaining(["Make the shadow longer.", "Done.", "Once, please."]),
    );
    expect(await listSandboxes(dev)).toMatchObject([{ id: sandboxId }]);
  };

  test("after Ctrl-C everything is there, at the same addresses", async () => {
    const before = dev;
    const { code } = await process_.stop("SIGINT");
    expect(code).toBe(0);
    await start();
    expect(dev).toEqual(before);
    await isAllThere();
  });

  test("after kill -9 too, and an open page comes back by itself, still signed in", async () => {
    const client = adasClient();
    const messages = new Subscription(client, "listByProject", api.messages.queries.listByProject, {
      projectId,
    });
    await messages.until("the conversation", (list) => list.length >= 3);

    process_.signalGroup("SIGKILL");
    await process_.finished;
    await start();
    await isAllThere();

    await client.mutation(api.messages.mutations.insert, {
      projectId,
      role: "user",
      content: "Are you still there?",
    });
    await messages.until("a message from after the restart", (list) =>
      list.some(({ content }) => content === "Are you still there?"),
    );
  });
});

describe("removing the project", () => {
  test("takes its messages and its sandbox with it", async () => {
    const client = adasClient();
    const messages = new Subscription(client, "listByProject", api.messages.queries.listByProject, {
      projectId,
    });
    const list = new Subscription(
      client,
      "listForCurrentUser",
      api.projects.queries.listForCurrentUser,
      {},
    );
    await messages.until("the conversation", (seen) => seen.length > 0);
    await client.mutation(api.projects.mutations.remove, { projectId });
    await list.until("no project", (projects) => projects.length === 0);
    await expect.poll(() => listSandboxes(dev), { timeout: 20_000, interval: 50 }).toEqual([]);
    const rows = await runConvex(dev, ["data", "messages"], { cwd: `${dataDir}/cli` });
    expect(rows.stdout).not.toContain("Make the shadow longer.");
  });
});
